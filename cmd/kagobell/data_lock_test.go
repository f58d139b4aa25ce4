//go:build unix

package main

import (
	"strings"
	"testing"
)

func TestOneProcessHasADataDir(t *testing.T) {
	cfg := defaultConfig()
	cfg.DataDir = t.TempDir()
	first, err := lockWhereAlone(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lockWhereAlone(cfg); err == nil || !strings.Contains(err.Error(), "used by another kagobell serve") {
		t.Errorf("a second one: %v", err)
	}
	_ = first.Close()
	again, err := lockWhereAlone(cfg)
	if err != nil {
		t.Errorf("after the first: %v", err)
	}
	_ = again.Close()
	cfg.RedisURL = "redis://127.0.0.1:6379/0"
	if lock, err := lockWhereAlone(cfg); lock != nil || err != nil {
		t.Errorf("with a Redis for all: %v, %v", lock, err)
	}
}
