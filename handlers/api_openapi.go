package handlers

import (
	_ "embed" // the description
	"net/http"

	"github.com/gin-gonic/gin"
)

//go:embed openapi.yaml
var openAPI []byte

// description needs no token: there is nothing in it that the source code does not say.
func description(c *gin.Context) {
	c.Data(http.StatusOK, "application/yaml; charset=utf-8", openAPI)
}
