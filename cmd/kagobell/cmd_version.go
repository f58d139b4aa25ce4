package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Set by -ldflags "-X main.version=v1.2.3 -X main.commit=…"; else what the Go toolchain wrote into the binary.
var version, commit string

func newVersionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print version, commit and Go version (バージョンを表示)",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v, c := buildVersion()
			_, err := fmt.Fprintf(a.stdout, "kagobell %s\ncommit   %s\ngo       %s %s/%s\n",
				v, c, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// buildVersion returns version and commit, "unknown" where nobody wrote them down.
func buildVersion() (string, string) {
	v, c := version, commit
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	changed := ""
	for _, s := range build.Settings {
		switch {
		case s.Key == "vcs.revision" && c == "":
			c = s.Value
		case s.Key == "vcs.modified" && s.Value == "true" && commit == "":
			changed = " (modified)"
		}
	}
	if v == "" {
		v = build.Main.Version
	}
	return orUnknown(v), orUnknown(c) + changed
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
