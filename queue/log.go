package queue

import (
	"context"
	"fmt"
	"log/slog"
)

// asynqLog hands Asynq's words on, one level lower than Asynq thinks of them: what it calls information is of no use
// but for debugging, and it makes good for most of its errors by itself.
type asynqLog struct {
	log  *slog.Logger
	most slog.Level // nothing is louder than this
}

func (l asynqLog) write(level slog.Level, words []any) {
	l.log.Log(context.Background(), min(level, l.most), "asynq: "+fmt.Sprint(words...))
}

func (l asynqLog) Debug(words ...any) {}
func (l asynqLog) Info(words ...any)  { l.write(slog.LevelDebug, words) }
func (l asynqLog) Warn(words ...any)  { l.write(slog.LevelInfo, words) }
func (l asynqLog) Error(words ...any) { l.write(slog.LevelWarn, words) }

// Fatal implements asynq.Logger, which wants the process to end. Ours does not.
func (l asynqLog) Fatal(words ...any) { l.write(slog.LevelError, words) }
