package main

import (
	"errors"
	"os"
	"path/filepath"
)

// writeWhole writes a file that only its owner reads, all of it or none: on a full disk, or after a crash, the name
// stands for what it stood for before. What is no ordinary file, as /dev/stdout or a pipe, is written as it comes.
func writeWhole(path string, text []byte) (err error) {
	if there, err := os.Stat(path); err == nil && !there.Mode().IsRegular() {
		return os.WriteFile(path, text, 0o600)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the link stays one
	}
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(draft.Name()))
		}
	}()
	if _, err := draft.Write(text); err != nil {
		return errors.Join(err, draft.Close())
	}
	if err := errors.Join(draft.Sync(), draft.Close()); err != nil {
		return err
	}
	return os.Rename(draft.Name(), path)
}
