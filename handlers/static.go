package handlers

import (
	"crypto/sha256"
	_ "embed" // the stylesheet
	"encoding/hex"
	"net/http"

	"github.com/gin-gonic/gin"
)

//go:embed static/kagobell.css
var stylesheet []byte

// staticRoutes serves the one stylesheet. Pages name it relative to themselves, so that a proxy may put Kagobell
// under a path of its own.
func staticRoutes(engine *gin.Engine) {
	digest := sha256.Sum256(stylesheet)
	tag := `"` + hex.EncodeToString(digest[:8]) + `"`
	serve := func(c *gin.Context) {
		c.Header("Cache-Control", "public, max-age=3600")
		c.Header("ETag", tag)
		if c.GetHeader("If-None-Match") == tag {
			c.Status(http.StatusNotModified)
			return
		}
		c.Data(http.StatusOK, "text/css; charset=utf-8", stylesheet)
	}
	engine.GET("/static/kagobell.css", serve)
	engine.HEAD("/static/kagobell.css", serve)
}
