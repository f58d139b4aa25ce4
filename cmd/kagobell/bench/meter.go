package bench

import (
	"context"
	"os"
	"time"
)

// meter measures what the processes use between two moments.
type meter struct {
	s      *stage
	at     time.Time
	before map[string]usage
}

// measured are the processes, in the order of the table.
var measured = []struct {
	name string
	Words
}{
	{"sidecar", Words{"本体", "sidecar"}}, {"mariadb", Words{"データベース", "MariaDB"}}, {"redis", Words{"Redis", "Redis"}},
	{"bench", Words{"負荷生成とSMTP受信", "load generator and SMTP sink"}},
}

func (s *stage) usages(ctx context.Context) map[string]usage {
	all := map[string]usage{"sidecar": s.sidecar.usage(), "mariadb": s.mariadb.usage(), "bench": usageOf(os.Getpid())}
	r, _ := redisFigures(ctx, s.redisURL) // a Redis that does not answer has used nothing
	peak := s.redis.usage().Peak
	all["redis"] = usage{CPU: r.CPU, Peak: peak}
	return all
}

func (s *stage) meter(ctx context.Context) *meter {
	return &meter{s: s, at: time.Now(), before: s.usages(ctx)}
}

// into adds the processes to the report, as of this moment.
func (m *meter) into(ctx context.Context, r *Report, phase string) {
	span, after := time.Since(m.at).Seconds(), m.s.usages(ctx)
	for _, p := range measured {
		used := after[p.name].CPU - m.before[p.name].CPU
		r.Processes = append(r.Processes, Process{Name: p.name, Words: p.Words, Phase: phase, CPUSeconds: used, Cores: used / span,
			PeakBytes: after[p.name].Peak})
	}
}
