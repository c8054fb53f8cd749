// Package guard has a guard for Gin. Needs github.com/gin-gonic/gin, connectrpc.com/connect and
// github.com/scalekit-inc/scalekit-sdk-go/v2. No test of this project runs it.
package guard

import (
	"net/http"
	"regexp"
	"strings"

	"connectrpc.com/connect"
	"github.com/gin-gonic/gin"
	"github.com/scalekit-inc/scalekit-sdk-go/v2"
)

var bearer = regexp.MustCompile(`(?i)^Bearer +([\w.~+/-]+=*) *$`)

// RequireAPIKey puts the key's token info into the context as "key", or refuses the request.
func RequireAPIKey(tokens scalekit.TokenService) gin.HandlerFunc {
	return func(c *gin.Context) {
		found := bearer.FindStringSubmatch(c.GetHeader("Authorization"))
		if found == nil {
			refuse(c, http.StatusUnauthorized, "missing_credentials")
			return
		}
		// Scalekit also accepts the id of a key, and an id is no secret.
		if strings.HasPrefix(found[1], "apit_") {
			refuse(c, http.StatusUnauthorized, "invalid_token")
			return
		}
		valid, err := tokens.ValidateToken(c.Request.Context(), found[1])
		switch {
		case err == nil:
			c.Set("key", valid.GetTokenInfo())
			c.Next()
		// Only NOT_FOUND is about the key. Any other answer says that Scalekit, or our own client, is in trouble.
		case connect.CodeOf(err) == connect.CodeNotFound:
			refuse(c, http.StatusUnauthorized, "invalid_token")
		default:
			refuse(c, http.StatusServiceUnavailable, "upstream_unavailable")
		}
	}
}

func refuse(c *gin.Context, status int, code string) {
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	c.AbortWithStatusJSON(status, gin.H{"status": status, "code": code})
}
