package queue

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"kagobell/scenarios"
)

// An alarm is an Asynq task of the type "due". Its payload names runs and their generations and nothing else; what is
// to be done is asked of the database when it rings. One run has an alarm of its own; a crowd that is due in the same
// second shares one.
//
// Payload and TaskID are as short as can be. Redis keeps a hash in one compact piece while no value in it is longer
// than 64 bytes, and the alarm of one run comes to 64: 330 bytes of memory in all, against 590 with everything spelt
// out.

// runIDBytes is the length of a run's id, which is 32 hexadecimal digits.
const runIDBytes = 16

// shownRefs is how many runs of a crowd FormatPayload names.
const shownRefs = 20

var errPayload = errors.New("the payload of the task names no runs")

// appendRef writes 16 bytes of the run's id and its generation as a varint.
func appendRef(payload []byte, run scenarios.RunID, generation int64) ([]byte, error) {
	id, err := hex.DecodeString(string(run))
	if err != nil || len(id) != runIDBytes {
		return nil, fmt.Errorf("run %s: expected an id of 32 hexadecimal digits", run)
	}
	return binary.AppendVarint(append(payload, id...), generation), nil
}

// readRefs reads what appendRef wrote, any number of times.
func readRefs(payload []byte) ([]scenarios.RunRef, error) {
	var refs []scenarios.RunRef
	for len(payload) > 0 {
		if len(payload) <= runIDBytes {
			return nil, errPayload
		}
		generation, n := binary.Varint(payload[runIDBytes:])
		if n <= 0 {
			return nil, errPayload
		}
		run := scenarios.RunID(hex.EncodeToString(payload[:runIDBytes]))
		refs = append(refs, scenarios.RunRef{RunID: run, Generation: generation})
		payload = payload[runIDBytes+n:]
	}
	if len(refs) == 0 {
		return nil, errPayload
	}
	return refs, nil
}

// FormatPayload spells the payload of a task out, for Asynqmon's pages.
func FormatPayload(_ string, payload []byte) string {
	refs, err := readRefs(payload)
	if err != nil {
		return ""
	}
	var text strings.Builder
	for i, ref := range refs {
		if i == shownRefs {
			fmt.Fprintf(&text, "… %d runs", len(refs))
			break
		}
		fmt.Fprintf(&text, "run %s, generation %d\n", ref.RunID, ref.Generation)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// taskID holds run, step and generation: setting the same alarm twice makes one task. The step is there as 2 bytes of
// its hash.
func taskID(payload []byte, step string) string {
	hash := sha256.Sum256([]byte(step))
	held := append([]byte(nil), payload[:runIDBytes]...)
	held = append(held, hash[:2]...)
	return base64.RawURLEncoding.EncodeToString(append(held, payload[runIDBytes:]...))
}

// crowdTaskID stands for all runs and generations of a crowd.
func crowdTaskID(payload []byte) string {
	hash := sha256.Sum256(payload)
	return "crowd-" + base64.RawURLEncoding.EncodeToString(hash[:runIDBytes])
}
