package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
)

const deployFolder = "../../deploy/"

func deployFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(deployFolder + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// wantCommand asks the program whether it knows a call, without running it.
func wantCommand(t *testing.T, where string, args []string) {
	t.Helper()
	root := newRootCommand(&app{stdout: io.Discard, stderr: io.Discard})
	command, rest, err := root.Find(args)
	if err == nil && command == root {
		t.Errorf("%s: %q names no command", where, args)
		return
	}
	if err == nil {
		err = command.ParseFlags(rest)
	}
	if err == nil {
		err = cobra.NoArgs(command, command.Flags().Args())
	}
	if err != nil {
		t.Errorf("%s: %q: %v", where, args, err)
	}
}

// composeFile is what this test reads of deploy/compose.yaml.
type composeFile struct {
	Services map[string]struct {
		Image       string
		Command     []string
		Environment map[string]string
		Ports       []string
	}
}

func TestComposeFile(t *testing.T) {
	variables := map[string]string{"MYSQL_PASSWORD": "secret", "WEBHOOK_SECRET": "whsec_aHVzaA==", "API_TOKEN": "0123456789abcdef",
		"ADMIN_PASSWORD_HASH": "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", "PUBLIC_URL": "http://localhost:8080"}
	asked := map[string]bool{}
	text := regexp.MustCompile(`\$\{([A-Z_]+)[^}]*\}`).ReplaceAllStringFunc(deployFile(t, "compose.yaml"), func(reference string) string {
		name := regexp.MustCompile(`[A-Z_]+`).FindString(reference)
		asked[name] = true
		return variables[name]
	})
	for name := range asked {
		if !strings.Contains(deployFile(t, "env.example"), name+"=") {
			t.Errorf("env.example does not name %s", name)
		}
	}
	var file composeFile
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, name := range []string{"api", "worker"} {
		service := file.Services[name]
		wantCommand(t, name, service.Command)
		var environ []string
		for key, value := range service.Environment {
			environ = append(environ, key+"="+value)
		}
		cfg, err := loadConfig("", environ)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !cfg.realSMTP() || scheme(cfg.DatabaseURL) != "mysql" || cfg.RedisURL == embeddedRedis {
			t.Errorf("%s: %+v", name, cfg)
		}
		for _, key := range []string{"sources", "admin", "api_tokens"} {
			if cfg.origin(key).place == generated {
				t.Errorf("%s: %s is left to be generated in each container", name, key)
			}
		}
	}
	if ports := file.Services["api"].Ports; !slices.Equal(ports, []string{"127.0.0.1:8080" + defaultConfig().Listen}) {
		t.Errorf("ports %v", ports)
	}
	if redis := file.Services["redis"].Command; !slices.Contains(redis, "noeviction") {
		t.Errorf("Redis %v would be refused", redis)
	}
}

// inQuotes are the words of a command in JSON form, behind an instruction of the Dockerfile.
func inQuotes(line string) []string {
	var words []string
	for _, match := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(line, -1) {
		words = append(words, match[1])
	}
	return words
}

func TestDockerfile(t *testing.T) {
	text := deployFile(t, "Dockerfile")
	instruction := func(name string) string {
		found := regexp.MustCompile(`(?m)^`+name+` (.*)$`).FindAllStringSubmatch(text, -1)
		if len(found) == 0 {
			t.Fatalf("no %s", name)
		}
		return found[len(found)-1][1]
	}
	wantCommand(t, "CMD", inQuotes(instruction("CMD")))
	health := inQuotes(instruction("HEALTHCHECK"))
	if health[0] != inQuotes(instruction("ENTRYPOINT"))[0] {
		t.Errorf("health check %q", health)
	}
	wantCommand(t, "HEALTHCHECK", health[1:])
	if ":"+instruction("EXPOSE") != defaultConfig().Listen {
		t.Errorf("exposes %s, listens on %s", instruction("EXPOSE"), defaultConfig().Listen)
	}
	if user := instruction("USER"); strings.HasPrefix(user, "0") || strings.HasPrefix(user, "root") {
		t.Errorf("runs as %s", user)
	}
	key, value, _ := strings.Cut(instruction("ENV"), "=")
	if cfg, err := loadConfig("", []string{key + "=" + value}); err != nil || cfg.DataDir != instruction("VOLUME") {
		t.Errorf("%v, %+v", err, cfg)
	}
	module, err := os.ReadFile(projectRoot + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if needed := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module); !strings.Contains(text, "FROM golang:"+string(needed[1])+"-") {
		t.Errorf("built with another Go than %s", needed[1])
	}
	for _, name := range []string{"version", "commit"} { // what -X sets must be there
		if !strings.Contains(text, "-X main."+name+"=") {
			t.Errorf("the %s is not stamped", name)
		}
	}
}

func TestSystemdUnit(t *testing.T) {
	text := deployFile(t, "kagobell.service")
	calls := regexp.MustCompile(`(?m)^Exec\w+=/usr/local/bin/kagobell (.*)$`).FindAllStringSubmatch(text, -1)
	if len(calls) != 2 {
		t.Errorf("calls %q", calls)
	}
	for _, call := range calls {
		args := strings.Fields(call[1])
		wantCommand(t, call[0], append(args[2:], args[:2]...)) // Find wants the command first
	}
	for _, key := range regexp.MustCompile(`KAGOBELL_\w+`).FindAllString(text, -1) {
		if _, err := loadConfig("", []string{key + "=/var/lib/kagobell"}); err != nil {
			t.Error(err)
		}
	}
	if stop := regexp.MustCompile(`TimeoutStopSec=(\d+)`).FindStringSubmatch(text); stop == nil || stop[1] != "20" {
		t.Errorf("a stop takes 15 s, %v are given", stop)
	}
}

// TestAlertsNameMetrics: an alert on a figure that there is not would never ring.
func TestAlertsNameMetrics(t *testing.T) {
	var source bytes.Buffer
	for _, file := range []string{"sidecar_http.go", "../../handlers/metrics.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	rules := deployFile(t, "prometheus/alerts.yaml")
	figures := regexp.MustCompile(`kagobell_(\w+)`).FindAllStringSubmatch(rules, -1)
	if len(figures) < 10 {
		t.Errorf("only %d figures", len(figures))
	}
	for _, figure := range figures {
		name := strings.TrimSuffix(figure[1], "_bucket")
		if !bytes.Contains(source.Bytes(), []byte(`"`+name+`"`)) {
			t.Errorf("there is no metric kagobell_%s", name)
		}
	}
	documented := documents(t)["docs/operations.md"]
	for _, alert := range regexp.MustCompile(`alert: (\w+)`).FindAllStringSubmatch(rules, -1) {
		if !strings.Contains(documented, "`"+alert[1]+"`") {
			t.Errorf("docs/operations.md does not say what %s means", alert[1])
		}
	}
}

func TestHealthCommand(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, r.URL.Path)
	}))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	here := []string{"KAGOBELL_LISTEN=:" + port}
	t.Chdir(t.TempDir())
	for _, test := range []struct {
		environ        []string
		args           string
		status, code   int
		stdout, stderr string
	}{
		{[]string{"KAGOBELL_LISTEN=127.0.0.1:" + port}, "health", http.StatusOK, exitDone, "/healthz\n", ""},
		{here, "health --ready", http.StatusServiceUnavailable, exitFailed, "/readyz\n", "503"},
		{nil, "health --url " + server.URL + "/", http.StatusOK, exitDone, "/healthz\n", ""},
		{nil, "health --url http://127.0.0.1:1", 0, exitFailed, "", "refused"},
		{nil, "health --url foo", 0, exitUsage, "", `--url: expected http://host:port, got "foo"`},
		{nil, "health --url http://%", 0, exitUsage, "", "expected http://host:port"},
		{[]string{"KAGOBELL_LISTEN=nowhere"}, "health", 0, exitFailed, "", "expected host:port"},
	} {
		status = test.status
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), strings.Fields(test.args), nil, &stdout, &stderr, test.environ)
		if code != test.code || stdout.String() != test.stdout || !strings.Contains(stderr.String(), test.stderr) {
			t.Errorf("%s: exit %d, %q, %q", test.args, code, stdout.String(), stderr.String())
		}
	}
}
