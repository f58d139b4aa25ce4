package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// secretFolder holds a file of mode 0600 for every secret.
type secretFolder struct{ path string }

func (s secretFolder) origin(file string) origin {
	return origin{place: generated, name: filepath.Join(s.path, file)}
}

// keep returns the kept secret, or makes and keeps one. Of several processes that start at once, one makes it.
func (s secretFolder) keep(file string, create func() (string, error), fits func(string) bool) (string, bool, error) {
	value, err := s.read(file, fits)
	if !errors.Is(err, fs.ErrNotExist) {
		return value, false, err
	}
	if value, err = create(); err != nil {
		return "", false, fmt.Errorf("making %s: %w", file, err)
	}
	switch err := s.write(file, value); {
	case errors.Is(err, fs.ErrExist):
		value, err := s.read(file, fits)
		return value, false, err
	case err != nil:
		return "", false, fmt.Errorf("keeping %s: %w", file, err)
	}
	return value, true, nil
}

func (s secretFolder) read(file string, fits func(string) bool) (string, error) {
	path := filepath.Join(s.path, file)
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading a kept secret: %w", err)
	}
	value := strings.TrimSpace(string(text))
	if !fits(value) {
		return "", fmt.Errorf("%s is damaged: restore it, or remove it to have it made anew", path)
	}
	return value, nil
}

// write puts a whole file in place, and fails with fs.ErrExist when there is one: a link, unlike a rename, replaces
// nothing.
func (s secretFolder) write(file, value string) (err error) {
	if err := os.MkdirAll(s.path, 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(s.path, "."+file+"-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(draft.Name())) }()
	if _, err := draft.WriteString(value + "\n"); err != nil {
		return errors.Join(err, draft.Close())
	}
	if err := errors.Join(draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), filepath.Join(s.path, file)); err != nil {
		return err
	}
	return syncFolder(s.path)
}

// syncFolder makes a new name in a folder last.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
