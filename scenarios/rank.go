package scenarios

import (
	"fmt"
	"strconv"
)

// rankLimit bounds numeric ranks so that their keys have one length.
const rankLimit = 1_000_000_000

// rankOrder is a rank as a sort key: "0" and the distance from the limit for a
// number, "1" and the text, or "2" for none.
func rankOrder(rank string) string {
	if rank == "" {
		return "2"
	}
	n, err := strconv.ParseFloat(rank, 64)
	if err != nil || n != n {
		return "1" + rank
	}
	n = min(max(n, -rankLimit), rankLimit)
	return fmt.Sprintf("0%014.3f", rankLimit-n)
}
