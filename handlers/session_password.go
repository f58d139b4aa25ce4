package handlers

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/bcrypt"
)

// longestPassword bounds what a stranger can have us hash.
const longestPassword = 1024 // bytes

// hashesAtOnce bounds the memory and the processors that strangers can use: argon2id takes tens of megabytes.
const hashesAtOnce = 2

// passwordCheck knows the one user there is.
type passwordCheck struct {
	user, hash string
	turns      chan struct{}
}

func newPasswordCheck(user, hash string) *passwordCheck {
	return &passwordCheck{user: user, hash: hash, turns: make(chan struct{}, hashesAtOnce)}
}

// admits tells whether this is the user and the password. It takes the same time for a wrong user as for a wrong
// password. An error means that it could not be found out.
func (p *passwordCheck) admits(ctx context.Context, user, password string) (bool, error) {
	if len(password) > longestPassword {
		return false, nil
	}
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return false, fmt.Errorf("wait for a turn to check a password: %w", ctx.Err())
	}
	fits, err := passwordFits(password, p.hash)
	if err != nil {
		return false, fmt.Errorf("check a password: %w", err)
	}
	given, wanted := sha256.Sum256([]byte(user)), sha256.Sum256([]byte(p.user))
	return subtle.ConstantTimeCompare(given[:], wanted[:]) == 1 && fits, nil
}

// passwordFits reads the two kinds of hash that configuration takes.
func passwordFits(password, hash string) (bool, error) {
	if strings.HasPrefix(hash, "$argon2id$") {
		return argon2id.ComparePasswordAndHash(password, hash)
	}
	err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, nil
	}
	return err == nil, err
}
