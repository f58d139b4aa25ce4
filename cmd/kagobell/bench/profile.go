package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// profileMost is the longest profile that is taken.
const profileMost = 30 * time.Second

// profile takes a CPU profile of the sidecar in the middle half of a measurement that begins after `warm` and takes
// `span`. It returns at once; the channel gives the outcome. Where several phases are measured the file's name has that
// of the phase.
func (s *stage) profile(ctx context.Context, warm, span time.Duration, phase string) <-chan error {
	taken := make(chan error, 1)
	file := s.o.Profile
	if len(s.o.Batches) > 1 {
		file = strings.TrimSuffix(file, filepath.Ext(file)) + "." + phase + filepath.Ext(file)
	}
	if s.o.Profile == "" {
		taken <- nil
		return taken
	}
	go func() {
		length := min(span/2, profileMost)
		if err := sleepUntil(ctx, time.Now().Add(warm+(span-length)/2)); err != nil {
			taken <- err
			return
		}
		taken <- s.takeProfile(ctx, file, max(1, int(length.Seconds())))
	}()
	return taken
}

func (s *stage) takeProfile(ctx context.Context, name string, seconds int) error {
	address := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", s.profiles, seconds)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("profile: %s", response.Status)
	}
	file, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("--profile: %w", err)
	}
	if _, err := io.Copy(file, response.Body); err != nil {
		return fmt.Errorf("--profile: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("--profile: %w", err)
	}
	s.say.line("CPU プロファイル: %s  CPU profile of the sidecar: go tool pprof %s", name, name)
	return nil
}
