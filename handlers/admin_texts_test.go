package handlers

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"kagobell/scenarios"
)

func TestTextsAreCompleteInBothLanguages(t *testing.T) {
	all := map[string]text{}
	for key, found := range adminTexts {
		all[key] = found
	}
	for reason, found := range reasonTexts {
		all["label of "+string(reason)], all["explanation of "+string(reason)] = found.label, found.why
	}
	placeholders := regexp.MustCompile(`%[a-z]`)
	for key, found := range all {
		if found.ja == "" || found.en == "" {
			t.Errorf("%s is missing in a language: %+v", key, found)
		}
		if regexp.MustCompile(`[\p{Hiragana}\p{Katakana}\p{Han}]`).MatchString(found.en) {
			t.Errorf("%s is Japanese in English: %q", key, found.en)
		}
		if ja, en := placeholders.FindAllString(found.ja, -1), placeholders.FindAllString(found.en, -1); strings.Join(ja, "") != strings.Join(en, "") {
			t.Errorf("%s takes %v in Japanese and %v in English", key, ja, en)
		}
	}
	parts := len(frameTexts) + len(resultTexts) + len(listTexts) + len(detailTexts) + len(termTexts) + len(hotTexts)
	if parts != len(adminTexts) {
		t.Errorf("%d keys, and %d texts: two parts share a key", parts, len(adminTexts))
	}
}

func TestClosedSetsHaveWords(t *testing.T) {
	for _, reason := range scenarios.Reasons {
		if _, known := reasonTexts[reason]; !known {
			t.Errorf("no words for the reason %s", reason)
		}
	}
	if len(reasonTexts) != len(scenarios.Reasons) {
		t.Errorf("words for %d reasons, of %d", len(reasonTexts), len(scenarios.Reasons))
	}
	sets := map[string][]string{
		"run": plain(runStatuses), "message": plain(messageStatuses), "channel": plain(scenarios.Channels), "consent": {"true", "false"},
		"action": plain([]scenarios.Action{scenarios.ActionStart, scenarios.ActionJoin, scenarios.ActionRestart, scenarios.ActionSend, scenarios.ActionSkip,
			scenarios.ActionDefer, scenarios.ActionExpire, scenarios.ActionExit, scenarios.ActionComplete, scenarios.ActionWait}),
		"state": plain([]channelState{stateOn, stateOff, stateUndelivered, stateUnasked, stateNone}), "scenario": {"running", "paused", "off"},
		"stage": {"started", "sent", "opened", "clicked", "ordered", "revenue"}, "rate": {"opened", "clicked", "ordered"}, "nav": sections,
		"kind": {string(DeadLetterEvent)}, "basis": {scenarios.BasisOptIn, scenarios.BasisBusinessRelationship},
		"event": {scenarios.EventCartUpdated, scenarios.EventOrderPlaced, scenarios.EventOrderCancelled, scenarios.EventProductViewed, scenarios.EventFavoriteAdded,
			scenarios.EventFavoriteRemoved, scenarios.EventFavoriteRestocked, scenarios.EventFavoritePriceDropped, scenarios.EventPageViewed, scenarios.EventBuyerUpdated},
	}
	for set, names := range sets {
		for _, name := range names {
			if _, known := adminTexts[set+"."+name]; !known {
				t.Errorf("no words for %s.%s", set, name)
			}
		}
	}
	for _, kind := range []string{"unknown", "method", "cursor", "forged", "later"} {
		for _, part := range []string{"title", "text"} {
			if _, known := adminTexts["error."+kind+"."+part]; !known {
				t.Errorf("no %s for the error %s", part, kind)
			}
		}
	}
}

// A key that nothing names is a text that nobody reads. Keys that are put together end with the code of a closed set.
func TestNoTextIsLeftOver(t *testing.T) {
	var named strings.Builder
	for _, pattern := range []string{"*.go", "pages/*.html"} {
		files, err := fs.Glob(os.DirFS("."), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasPrefix(path.Base(file), "admin_texts") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			named.Write(source)
		}
	}
	composed := regexp.MustCompile(`^(nav|error|done|stage|rate|results|channel|run|message|scenario|action|state|consent|basis|origin|kind|event|preview)\.|\.(title|lead)$`)
	for key := range adminTexts {
		if !strings.Contains(named.String(), `"`+key+`"`) && !composed.MatchString(key) {
			t.Errorf("nothing shows %s", key)
		}
	}
	for _, key := range regexp.MustCompile(`\bt "([^"]+)"`).FindAllStringSubmatch(named.String(), -1) {
		if _, known := adminTexts[key[1]]; !known {
			t.Errorf("a page shows %s, which there is no text for", key[1])
		}
	}
}
