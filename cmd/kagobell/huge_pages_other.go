//go:build !linux

package main

// hugePages is for Linux alone.
func hugePages() {}
