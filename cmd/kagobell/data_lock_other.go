//go:build !unix

package main

import "os"

// lockDataDir locks nothing where there is no flock.
func lockDataDir(string) (*os.File, error) { return nil, nil }
