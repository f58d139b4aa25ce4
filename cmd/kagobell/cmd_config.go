package main

import "github.com/spf13/cobra"

func newConfigCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Print the effective configuration, secrets masked (有効な設定を表示)",
		Long: "Prints every key with the value that is in force and, behind it, where that was written:\n" +
			"a place in the file, an environment variable, data_dir/secrets, or the default. Secrets are masked.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			if err := cfg.useSecrets(); err != nil {
				return err
			}
			return writeConfig(a.stdout, cfg)
		},
	}
}
