package main

import (
	"strings"
	"sync"
)

// syncedText takes what a process writes, and tells when it holds a text.
type syncedText struct {
	mu      sync.Mutex
	text    strings.Builder
	waiting map[string]chan struct{}
}

func (s *syncedText) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Write(p)
	for what, ready := range s.waiting {
		if strings.Contains(s.text.String(), what) {
			close(ready)
			delete(s.waiting, what)
		}
	}
	return len(p), nil
}

func (s *syncedText) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// await is closed once the text has been written.
func (s *syncedText) await(what string) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	ready := make(chan struct{})
	if strings.Contains(s.text.String(), what) {
		close(ready)
		return ready
	}
	if s.waiting == nil {
		s.waiting = map[string]chan struct{}{}
	}
	s.waiting[what] = ready
	return ready
}
