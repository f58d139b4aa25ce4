package bench

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/goccy/go-yaml"
)

// stage is all that a measurement stands on.
type stage struct {
	o        *Options
	folder   string // goes with the stage
	mariadb  *process
	redis    *process
	sidecar  *process
	sink     *sink
	dbURL    string
	redisURL string
	secret   string // of the source
	// passwordHash spares the sidecar from making one, which would be the most memory that it ever uses.
	passwordHash string
	url          string // of the sidecar
	config       string // its file
	profiles     string // address of its profiles
	crowd        *crowd
	say          *narrator
}

// openStage starts what is needed; the sidecar itself is started by startSidecar, once the database is filled.
func openStage(ctx context.Context, o *Options) (_ *stage, err error) {
	s := &stage{o: o, dbURL: o.DatabaseURL, redisURL: o.RedisURL, say: &narrator{out: o.Progress, watched: o.Watched, began: time.Now()}}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.folder, err = os.MkdirTemp("", "kagobell-bench-"); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if s.dbURL == "" {
		data, err := filepath.Abs(cmp.Or(o.DataDir, filepath.Join(s.folder, "mariadb")))
		if err != nil {
			return nil, fmt.Errorf("--data-dir: %w", err)
		}
		s.say.line("MariaDB を起動しています。 Starting MariaDB.")
		if s.mariadb, s.dbURL, err = startMariaDB(ctx, s.folder, data, o.BufferPool); err != nil {
			return nil, err
		}
	}
	if s.redisURL == "" {
		if s.redis, s.redisURL, err = startRedis(ctx, s.folder); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(s.expectEmptyDatabase(ctx), s.expectEmptyRedis(ctx)); err != nil {
		return nil, err
	}
	if s.sink, err = startSink(ctx); err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	s.secret = "whsec_" + base64.StdEncoding.EncodeToString(key)
	if s.passwordHash, err = argon2id.CreateHash(rand.Text(), argon2id.DefaultParams); err != nil {
		return nil, fmt.Errorf("hashing: %w", err)
	}
	s.crowd = newCrowd(o.Buyers, o.Seed)
	return s, nil
}

// configure writes a configuration of the sidecar: any hour is open, and nobody has had enough. More replaces keys. It
// returns where the file is, and where the sidecar will be found.
func (s *stage) configure(ctx context.Context, name string, more map[string]any) (file, url string, err error) {
	port, err := freePort(ctx)
	if err != nil {
		return "", "", err
	}
	listen := fmt.Sprintf("127.0.0.1:%d", port)
	url = "http://" + listen
	keys := map[string]any{
		"listen": listen, "public_url": url, "data_dir": filepath.Join(s.folder, "data"),
		"database_url": s.dbURL, "redis_url": s.redisURL,
		"smtp_url": fmt.Sprintf("smtp://%s?tls=none&pool=%d", s.sink.address, s.o.Pool),
		"sender": map[string]string{"name": "かごベル商店", "email": "news@shop.example", "company": "かごベル商店株式会社",
			"address": "東京都千代田区千代田1-1", "contact_url": "https://shop.example/contact"},
		"sources":    []map[string]any{{"name": sourceName, "adapter": "native", "secrets": []string{s.secret}}},
		"api_tokens": []string{rand.Text()}, "admin": map[string]string{"password_hash": s.passwordHash},
		"window": map[string]any{"days": []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, "from": "00:00", "to": "24:00",
			"holidays": true},
		"caps": map[string]any{"per_day": 1000},
		"log":  map[string]any{"level": "warn"},
	}
	for key, value := range more {
		keys[key] = value
	}
	text, err := yaml.Marshal(keys)
	if err != nil {
		return "", "", fmt.Errorf("configuration: %w", err)
	}
	file = filepath.Join(s.folder, name)
	return file, url, os.WriteFile(file, text, 0o600)
}

// startSidecar starts the program itself, as a process of its own.
func (s *stage) startSidecar(ctx context.Context) error {
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	s.profiles = fmt.Sprintf("127.0.0.1:%d", port)
	s.sidecar, err = start(s.folder, "sidecar", s.childEnviron(), s.o.Program, "--config", s.config, "serve", "--profile", s.profiles)
	if err != nil {
		return err
	}
	return s.sidecar.await(ctx, startPatience, answers(s.url+"/readyz"))
}

// childEnviron leaves out what configures somebody else's sidecar.
func (s *stage) childEnviron() []string {
	var environ []string
	for _, variable := range s.o.Environ {
		if !strings.HasPrefix(variable, "KAGOBELL_") {
			environ = append(environ, variable)
		}
	}
	return environ
}

// open configures the sidecar that is measured, and opens its shop in this process to fill the database.
func (s *stage) open(ctx context.Context, more map[string]any) (_ *Shop, err error) {
	if s.config, s.url, err = s.configure(ctx, "kagobell.yaml", more); err != nil {
		return nil, err
	}
	return s.o.OpenShop(ctx, s.config)
}

// close stops everything in order and takes the folder along.
func (s *stage) close() {
	for _, p := range []*process{s.sidecar, s.redis, s.mariadb} {
		if err := p.stop(); err != nil {
			s.say.line("%v", err)
		}
	}
	if s.sink != nil {
		s.sink.close()
	}
	if s.folder != "" {
		if err := os.RemoveAll(s.folder); err != nil {
			s.say.line("%v", err)
		}
	}
}
