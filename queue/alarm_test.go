package queue

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

func TestPayloadNamesRunsAndGenerations(t *testing.T) {
	want := []scenarios.RunRef{{RunID: runID("a"), Generation: 1}, {RunID: runID("b"), Generation: 300},
		{RunID: runID("c"), Generation: -1}, {RunID: runID("d"), Generation: 1 << 62}}
	var payload []byte
	for _, ref := range want {
		var err error
		if payload, err = appendRef(payload, ref.RunID, ref.Generation); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := readRefs(payload); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, broken := range [][]byte{nil, {1, 2, 3}, payload[:16], payload[:len(payload)-1], append(payload[:17:17], 0xff)} {
		if _, err := readRefs(broken); !errors.Is(err, errPayload) {
			t.Errorf("% x: got %v", broken, err)
		}
	}
	for _, id := range []string{"", "run", strings.Repeat("0", 34), strings.Repeat("g", 32)} {
		if _, err := appendRef(nil, scenarios.RunID(id), 1); err == nil {
			t.Errorf("%q counts as an id", id)
		}
	}
}

func TestFormatPayload(t *testing.T) {
	payload, err := appendRef(nil, runID("a"), 3)
	if err != nil {
		t.Fatal(err)
	}
	one := "run " + string(runID("a")) + ", generation 3"
	for text, payload := range map[string][]byte{"": nil, one: payload,
		strings.Repeat(one+"\n", shownRefs) + "… 21 runs": bytes.Repeat(payload, shownRefs+1)} {
		if got := FormatPayload(typeDue, payload); got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

func TestTaskIDHoldsRunStepAndGeneration(t *testing.T) {
	seen := map[string]string{}
	for _, run := range []string{"a", "b"} {
		for _, step := range []string{"", "first", "second"} {
			for _, generation := range []int64{1, 2, 200} {
				payload, err := appendRef(nil, runID(run), generation)
				if err != nil {
					t.Fatal(err)
				}
				id := taskID(payload, step)
				if other, taken := seen[id]; taken {
					t.Errorf("%s/%s/%d has the TaskID of %s", run, step, generation, other)
				}
				seen[id] = run + "/" + step
			}
		}
	}
}

func TestRingAt(t *testing.T) {
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name   string
		offset time.Duration // the database is ahead by this
		want   time.Duration // after noon, by this machine's clock
	}{
		{"same clock", 0, 0},
		{"the clocks differ by what measuring blurs", 5 * time.Millisecond, 0},
		{"or the other way round", -5 * time.Millisecond, 0},
		{"database behind", -300 * time.Millisecond, time.Second},
		{"database ahead", 300 * time.Millisecond, 0},
		{"by more", 1300 * time.Millisecond, -time.Second},
		{"by an hour", time.Hour, -time.Hour},
	}
	for _, test := range tests {
		if got := ringAt(noon, test.offset).Sub(noon); got != test.want {
			t.Errorf("%s: %s after noon, want %s", test.name, got, test.want)
		}
	}
}

func alarmsAt(at time.Time, names ...string) []scenarios.Alarm {
	var list []scenarios.Alarm
	for _, name := range names {
		list = append(list, scenarios.Alarm{RunID: runID(name), Step: "first", Generation: 1, At: at})
	}
	return list
}

func TestCrowdsShareTasks(t *testing.T) {
	a := &alarms{crowdFrom: 3, crowdSize: 4}
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	crowd := alarmsAt(noon.Add(time.Second), "b", "c", "d", "e", "f", "g")
	list := slices.Concat(alarmsAt(noon, "a"), crowd, alarmsAt(noon, "h"))
	tasks, err := a.tasks(list)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, task := range tasks {
		refs, err := readRefs(task.payload)
		if err != nil || len(refs) != task.runs {
			t.Errorf("task of %d runs names %v, %v", task.runs, refs, err)
		}
		if crowd := strings.HasPrefix(task.id, "crowd-"); crowd != (task.runs > 1) {
			t.Errorf("task of %d runs has the id %s", task.runs, task.id)
		}
		got = append(got, task.runs)
	}
	if want := []int{1, 1, 4, 2}; !slices.Equal(got, want) {
		t.Errorf("runs in the tasks: %v, want %v", got, want)
	}
	if list[1].RunID != runID("b") {
		t.Error("the caller's list was sorted")
	}
}

func TestOneBadIDDoesNotStopTheOthers(t *testing.T) {
	a := &alarms{crowdFrom: 3, crowdSize: 4}
	list := alarmsAt(time.Now(), "a", "b", "c")
	list[1].RunID = "not an id"
	if tasks, err := a.tasks(list); err == nil || len(tasks) != 1 || tasks[0].runs != 2 {
		t.Errorf("got %+v, %v", tasks, err)
	}
	if tasks, err := a.tasks(list[1:2]); err == nil || len(tasks) != 0 {
		t.Errorf("got %+v, %v", tasks, err)
	}
}
