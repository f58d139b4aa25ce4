package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// What a stop may take: 15 s in all (contract). Requests under way end first, for they still hand in work; then the
// queue finishes what it has claimed.
const (
	requestsWithin = 3 * time.Second
	drainWithin    = 10 * time.Second
	closeWithin    = time.Second
)

// serve answers HTTP on the listener and works until ctx ends, then drains.
func (s *sidecar) serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s.handler, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	failed := make(chan error, 1)
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	}()
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))
	worked := make(chan error, 1)
	go func() { worked <- s.queue.Run(working) }()

	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.log.Info("stopping: requests and messages under way are finished")
	finishing, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestsWithin)
	if shut := server.Shutdown(finishing); shut != nil {
		s.log.Warn("some requests were cut off", "error", shut)
		_ = server.Close()
	}
	cancel()
	stopWorking()
	err = errors.Join(err, <-worked)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	if left := s.close(closing); left != nil {
		s.log.Warn("something was still open", "error", left)
	}
	return err
}
