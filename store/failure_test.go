package store

import (
	"errors"
	"fmt"
	"testing"

	"github.com/go-sql-driver/mysql"
)

func TestMySQLFailure(t *testing.T) {
	number := func(n uint16) error { return fmt.Errorf("insert: %w", &mysql.MySQLError{Number: n}) }
	for _, c := range []struct {
		err  error
		want failure
	}{
		{number(1406), failsForThis}, // too long
		{number(1366), failsForThis}, // not of its character set
		{mysql.ErrPktTooLarge, failsForThis},
		{number(1213), failsForNow},
		{number(1205), failsForNow},
		{number(1062), failsForOther},
		{number(1114), failsForAll}, // the disk is full
		{number(1045), failsForAll}, // the password was changed
		{mysql.ErrInvalidConn, failsForAll},
		{errors.New("broken pipe"), failsForAll},
	} {
		if got := mysqlFailure(c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}
