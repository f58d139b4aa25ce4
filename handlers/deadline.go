package handlers

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"
)

// How long an answer may wait for what stands behind it. A database that hangs neither answers nor refuses: without
// these bounds every request would wait with it.
const (
	answerWithin   = 10 * time.Second
	downloadWithin = 60 * time.Second // all letters of a day
)

// within bounds what handlers ask of the database; what comes back then is answered with 503.
func within(limit time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), limit)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}
