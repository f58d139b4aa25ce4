package handlers

import (
	"net/http"
	"strings"
	"time"

	"kagobell/scenarios"
)

// A list of our own: the libraries that tell browsers from crawlers know the crawlers of the web, and count mail
// proxies that fetch for a person among them.

// clickNotBefore is how soon after sending no person has received, opened and clicked. Scanners click on receipt;
// Mautic looks at the same 2 s.
const clickNotBefore = 2 * time.Second

// readerProxies fetch pictures when a person opens the mail. They do not follow links.
var readerProxies = []string{"googleimageproxy", "yahoomailproxy", "seznamemailproxy", "mail.ukr.net proxy"}

// machineWords stand in what programs call themselves and in no browser's name, in lower case.
var machineWords = []string{
	// mail security that opens what it is to protect from
	"barracuda", "proofpoint", "mimecast", "safelinks", "symantec", "messagelabs", "trendmicro", "trend micro", "sophos",
	"fireeye", "trellix", "forcepoint", "ironport", "fortiguard", "paloalto", "digitalarts",
	"urlscan", "virustotal",
	// previews of messengers and office suites; LINE's is line-poker
	"line-poker", "facebookexternalhit", "slackbot", "skypeuripreview", "bingpreview", "whatsapp", "telegrambot", "embedly", "onebox",
	// crawlers, monitors and programs
	"bot", "crawl", "spider", "scan", "preview", "fetch", "monitor", "checker", "validator", "slurp", "archiv", "scrap",
	"headless", "phantomjs", "selenium", "playwright", "puppeteer", "lighthouse", "synthetic", "pingdom", "uptime",
	"http-client", "httpclient", "python", "curl/", "wget", "libwww", "axios", "node-fetch", "java/", "ruby", "perl", "+http",
}

// gmailPrefetch ends the name under which Gmail fetches pictures on arrival, before anybody has opened the mail. No
// browser writes Mozilla/5.0 there.
const gmailPrefetch = "Edge/12.246 Mozilla/5.0"

// byMachine tells whether an open or a click comes from a program and not from the buyer. sentAt is when the message
// left; zero when not known.
func byMachine(r *http.Request, kind scenarios.InteractionKind, sentAt, now time.Time) bool {
	if r.Method != http.MethodGet || prefetching(r.Header) {
		return true
	}
	agent := r.UserAgent()
	// Apple's Mail Privacy Protection calls itself Mozilla/5.0 and not a letter more.
	if agent == "" || agent == "Mozilla/5.0" || strings.HasSuffix(agent, gmailPrefetch) {
		return true
	}
	lower := strings.ReplaceAll(strings.ToLower(agent), "cubot", "") // a make of phones
	if containsAny(lower, readerProxies) {
		return kind == scenarios.InteractionClick
	}
	if containsAny(lower, machineWords) {
		return true
	}
	return kind == scenarios.InteractionClick && (!browser(agent) || tooSoon(sentAt, now))
}

// browser tells whether the name begins as all browsers' do; mail programs that show pictures need not.
func browser(agent string) bool {
	return strings.HasPrefix(agent, "Mozilla/") || strings.HasPrefix(agent, "Opera/")
}

func tooSoon(sentAt, now time.Time) bool {
	return !sentAt.IsZero() && now.Sub(sentAt) < clickNotBefore
}

// prefetching tells whether a browser says that nobody has asked to see this yet.
func prefetching(header http.Header) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if value := strings.ToLower(header.Get(name)); strings.Contains(value, "prefetch") || strings.Contains(value, "preview") {
			return true
		}
	}
	return false
}

func containsAny(text string, words []string) bool {
	for _, word := range words {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
