package channels

import (
	"regexp"
	"strings"
	"time"

	"kagobell/scenarios"
)

// verdict is what a refusal means.
type verdict struct {
	kind       scenarios.OutcomeKind
	reason     scenarios.Reason
	suppress   bool
	retryAfter time.Duration
	fault      bool // of the configuration: a human has to look
}

var (
	temporary  = verdict{kind: scenarios.OutcomeTemporary, reason: scenarios.ReasonTemporary}
	rejected   = verdict{kind: scenarios.OutcomePermanent, reason: scenarios.ReasonRejected}
	hardBounce = verdict{kind: scenarios.OutcomePermanent, reason: scenarios.ReasonHardBounce, suppress: true}
	fullBox    = verdict{kind: scenarios.OutcomeTemporary, reason: scenarios.ReasonTemporary, retryAfter: 4 * time.Hour}
	ourFault   = verdict{kind: scenarios.OutcomeTemporary, reason: scenarios.ReasonTemporary, retryAfter: 15 * time.Minute, fault: true}
)

// enhancedCode is an enhanced status code at the head of an answer (RFC 2034
// section 4): class, subject, detail.
var enhancedCode = regexp.MustCompile(`^([245])\.(\d{1,3})\.(\d{1,3})(?:[ \n]|$)`)

// byCode is what permanent enhanced codes mean, by the IANA registry "SMTP
// Enhanced Status Codes" (RFC 3463 sections 3.2 to 3.8, RFC 5248, 7505). Only
// a code that speaks of the address itself suppresses it; what is not listed is
// permanent for this message and says nothing of the address.
var byCode = map[string]verdict{
	"1.1":  hardBounce, // mailbox does not exist
	"1.2":  hardBounce, // domain does not exist, or takes no mail
	"1.3":  hardBounce, // not an address
	"1.6":  hardBounce, // moved, no forwarding address
	"1.10": hardBounce, // the domain has a null MX
	"2.1":  hardBounce, // mailbox disabled
	"1.7":  ourFault,   // the sender's address is malformed
	"1.8":  ourFault,   // the sender's domain does not exist
	"2.2":  fullBox,    // mailbox full: "persistent transient" by RFC 3463 section 3.3
	"3.1":  fullBox,    // the system's storage is full, likewise
	"4.7":  temporary,  // delivery time expired
	"7.8":  ourFault,   // the log-in is not valid
	"7.9":  ourFault,   // the mechanism is too weak
	"7.11": ourFault,   // encryption is wanted
	"7.14": ourFault,   // a trust relationship is wanted
}

// vague codes leave the meaning to the text: "other" in their subject, which
// older servers give for everything.
var vague = map[string]bool{"": true, "0.0": true, "1.0": true, "2.0": true, "5.0": true}

var (
	saysRelay   = regexp.MustCompile(`(?i)relay(ing)?( access)? (is )?(denied|not (permitted|allowed)|prohibited)|not (permitted|allowed) to relay`)
	saysFull    = regexp.MustCompile(`(?i)(mailbox|quota|storage|disk).{0,40}(full|exceeded|over|insufficient)|(full|over|exceeded).{0,20}(mailbox|quota|storage)`)
	saysUnknown = regexp.MustCompile(`(?i)(user|recipient|mailbox|address|account)( name)? (is )?(unknown|not found|does not exist|doesn'?t exist|invalid|unavailable here)|(unknown|no such|invalid|nonexistent|non-existent) (local )?(user|recipient|mailbox|address|account)`)
)

// judge reads a refusal by code and text. at is what it answered.
func judge(code int, text string, at stage) verdict {
	detail := ""
	if parts := enhancedCode.FindStringSubmatch(text); parts != nil {
		detail = parts[2] + "." + parts[3]
		text = text[len(parts[0]):]
	}
	switch {
	case code == 530 || code == 534 || code == 535 || code == 538:
		return ourFault // log-in wanted or refused (RFC 4954 section 6)
	case code < 500:
		if detail == "2.2" {
			return fullBox
		}
		return temporary
	case saysRelay.MatchString(text):
		return ourFault // we have not logged in, or the server does not know us
	case saysFull.MatchString(text) && detail != "3.4" && detail != "2.3":
		// 5.1.1 from servers that mean a full mailbox is in the wild.
		return fullBox
	}
	if known, ok := byCode[detail]; ok && at != stageMail {
		return known
	}
	if at == stageMail && code != 552 {
		// It is the sender that is refused, whoever the message is for.
		return ourFault
	}
	if code == 552 && detail == "" {
		// Storage, by RFC 5321 section 4.2.2; too many recipients in old
		// servers (section 4.5.3.1.10). Neither is for good.
		return temporary
	}
	if vague[detail] && saysUnknown.MatchString(text) {
		return hardBounce
	}
	return rejected
}

// detailOf is an answer fit to be stored: without the address it speaks of.
func detailOf(code int, text, address string) string {
	text = addresses.ReplaceAllString(cleanLine(text), "<address>")
	local, _, ok := strings.Cut(address, "@")
	if local = strings.Trim(local, `"`); ok && len(local) > 2 {
		text = replaceFold(text, local, "<name>")
	}
	return short(longestDetail, strings.TrimSpace(formatCode(code)+" "+text))
}
