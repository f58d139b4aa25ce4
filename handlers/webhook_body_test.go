package handlers

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadBody(t *testing.T) {
	object, list := strings.Repeat(" ", maxObjectBody), "["+strings.Repeat(" ", maxArrayBody-1)
	tests := []struct {
		name string
		body string
		ok   bool
	}{
		{"empty", "", true},
		{"small", `{"id":"ev"}`, true},
		{"as large as an object may be", object, true},
		{"one more", object + " ", false},
		{"as large as an array may be", list, true},
		{"one more in an array", list + " ", false},
		{"an array behind white space", " \n\t[" + object, true},
		{"a late bracket", "{" + object + "[", false},
	}
	for _, test := range tests {
		for declared := range map[int64]bool{-1: true, int64(len(test.body)): true} {
			for reads, r := range map[string]io.Reader{
				"whole":  strings.NewReader(test.body),
				"halves": iotest.HalfReader(strings.NewReader(test.body)),
				"end":    iotest.DataErrReader(strings.NewReader(test.body)),
			} {
				body, err := readBody(r, declared, newBodies(mostBodies).hold())
				if test.ok && (err != nil || string(body) != test.body) {
					t.Errorf("%s, %s, declared %d: %d bytes, %v", test.name, reads, declared, len(body), err)
				}
				if !test.ok && !errors.Is(err, errBodyTooLarge) {
					t.Errorf("%s, %s, declared %d: %d bytes, %v", test.name, reads, declared, len(body), err)
				}
			}
		}
	}
}

func TestReadBodyTrustsNoDeclaration(t *testing.T) {
	body, err := readBody(strings.NewReader("[1]"), maxArrayBody, newBodies(mostBodies).hold())
	if err != nil || cap(body) > firstBuffer {
		t.Errorf("%d bytes set aside for %q: %v", cap(body), body, err)
	}
	if _, err := readBody(strings.NewReader("[1]"), maxArrayBody+1, newBodies(mostBodies).hold()); !errors.Is(err, errBodyTooLarge) {
		t.Error(err)
	}
	if _, err := readBody(iotest.ErrReader(io.ErrUnexpectedEOF), 10, newBodies(mostBodies).hold()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}
