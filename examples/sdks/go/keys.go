// Creates, validates, lists and ends a key of an organization: go run keys.go ORGANIZATION_ID
//
// Needs github.com/scalekit-inc/scalekit-sdk-go/v2. No test of this project runs it.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/scalekit-inc/scalekit-sdk-go/v2"
)

func main() {
	ctx := context.Background()
	organizationID := os.Args[1]
	tokens := scalekit.NewScalekitClient(
		os.Getenv("SCALEKIT_ENVIRONMENT_URL"),
		os.Getenv("SCALEKIT_CLIENT_ID"),
		os.Getenv("SCALEKIT_CLIENT_SECRET"),
	).Token()

	created, err := tokens.CreateToken(ctx, organizationID, scalekit.CreateTokenOptions{
		Description:  "CI pipeline",
		CustomClaims: map[string]string{"scope": "notes:read"},
	})
	check(err)
	fmt.Println("created", created.GetTokenId()) // created.GetToken() is the key itself. It is shown only now.

	valid, err := tokens.ValidateToken(ctx, created.GetToken())
	check(err)
	info := valid.GetTokenInfo()
	fmt.Println("valid for", info.GetOrganizationId(), "with scope", info.GetCustomClaims()["scope"])

	listed, err := tokens.ListTokens(ctx, organizationID, scalekit.ListTokensOptions{PageSize: 30})
	check(err)
	fmt.Println("listed", len(listed.GetTokens()), "keys")

	check(tokens.InvalidateToken(ctx, created.GetTokenId()))
	_, err = tokens.ValidateToken(ctx, created.GetToken())
	fmt.Println("refused after its end:", err != nil)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
