//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockDataDir keeps a second process away from alarms that live in one: each would have a Redis of its own. The lock
// ends with the file, also when the process is killed.
func lockDataDir(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "serve.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data_dir: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		_ = file.Close()
		return nil, fmt.Errorf("data_dir %s is used by another kagobell serve: stop it, or give both one redis_url", dir)
	case err != nil:
		_ = file.Close()
		return nil, fmt.Errorf("data_dir: %w", err)
	}
	return file, nil
}
