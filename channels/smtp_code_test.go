package channels

import (
	"testing"

	"kagobell/scenarios"
)

func TestJudge(t *testing.T) {
	const (
		tmp  = scenarios.OutcomeTemporary
		perm = scenarios.OutcomePermanent
	)
	for _, c := range []struct {
		code     int
		text     string
		at       stage
		kind     scenarios.OutcomeKind
		suppress bool
		fault    bool
	}{
		// The address itself.
		{550, "5.1.1 mailbox does not exist", stageRcpt, perm, true, false},
		{550, "5.1.2 bad domain", stageRcpt, perm, true, false},
		{501, "5.1.3 bad syntax", stageRcpt, perm, true, false},
		{551, "5.1.6 moved", stageRcpt, perm, true, false},
		{556, "5.1.10 null MX", stageRcpt, perm, true, false},
		{550, "5.2.1 disabled", stageBody, perm, true, false},
		{550, "5.1.1", stageRcpt, perm, true, false},
		{550, "5.1.1\nmore", stageRcpt, perm, true, false},
		// Old servers, by their words.
		{550, "Unknown user sato@example.jp", stageRcpt, perm, true, false},
		{550, "sorry, no such user here", stageRcpt, perm, true, false},
		{554, "5.5.0 mailbox not found", stageRcpt, perm, true, false},
		{550, "5.0.0 recipient unknown", stageRcpt, perm, true, false},
		// Full, whatever the code says.
		{552, "5.2.2 over quota", stageRcpt, tmp, false, false},
		{550, "5.1.1 The mailbox is full", stageRcpt, tmp, false, false},
		{550, "Mailbox size quota exceeded", stageRcpt, tmp, false, false},
		{452, "4.2.2 full", stageRcpt, tmp, false, false},
		{552, "5.3.1 system full", stageBody, tmp, false, false},
		{552, "Requested mail action aborted", stageBody, tmp, false, false},
		// The message, or a policy.
		{552, "5.3.4 message too big, quota of 10 MB exceeded", stageBody, perm, false, false},
		{552, "5.2.3 too long", stageBody, perm, false, false},
		{554, "5.7.1 blocked by policy", stageBody, perm, false, false},
		{550, "5.7.1 user unknown to our filter", stageRcpt, perm, false, false},
		{550, "5.7.26 no DKIM", stageBody, perm, false, false},
		{554, "5.6.0 bad content", stageBody, perm, false, false},
		{550, "mailbox unavailable", stageRcpt, perm, false, false},
		{550, "5.4.1 access denied", stageRcpt, perm, false, false},
		{554, "5.4.6 loop", stageRcpt, perm, false, false},
		{554, "5.4.7 expired", stageBody, tmp, false, false},
		// Temporary by class.
		{450, "4.1.1 unknown yet", stageRcpt, tmp, false, false},
		{451, "greylisted", stageRcpt, tmp, false, false},
		{421, "4.3.2 closing", stageMail, tmp, false, false},
		// Not the buyer's fault.
		{535, "5.7.8 credentials", stageMail, tmp, false, true},
		{530, "5.7.0 log in first", stageMail, tmp, false, true},
		{550, "5.1.8 sender domain", stageRcpt, tmp, false, true},
		{550, "5.1.1 sender unknown", stageMail, tmp, false, true},
		{553, "5.1.7 bad sender", stageMail, tmp, false, true},
		{554, "5.7.1 <a@b.example>: Relay access denied", stageRcpt, tmp, false, true},
		{550, "relaying denied", stageRcpt, tmp, false, true},
	} {
		v := judge(c.code, c.text, c.at)
		if v.kind != c.kind || v.suppress != c.suppress || v.fault != c.fault {
			t.Errorf("%d %s: %+v", c.code, c.text, v)
		}
		if v.suppress != (v.reason == scenarios.ReasonHardBounce) || !v.reason.Valid() {
			t.Errorf("%d %s: reason %s, suppress %v", c.code, c.text, v.reason, v.suppress)
		}
	}
}

func TestDetailHoldsNoAddress(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"5.1.1 <Sato@Acme.example>: no such user", "550 5.1.1 <<address>>: no such user"},
		{"5.1.1 SATO is not here\r\nsee https://peer.example/sato", "550 5.1.1 <name> is not here see https://peer.example/<name>"},
		{"forwarded to tanaka@other.example, who refused", "550 forwarded to <address>, who refused"},
	} {
		if got := detailOf(550, c.text, "sato@acme.example"); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
	}
}

func TestQueueID(t *testing.T) {
	for text, want := range map[string]string{
		"2.0.0 Ok: queued as 4XyZ1": "4XyZ1", "2.6.0 queued as <abc@x> now": "abc@x", "Ok": "", "Ok queued as ": "",
	} {
		if got := queueID(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
