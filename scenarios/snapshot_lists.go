package scenarios

import "slices"

// listed are rows by something that many of them have in common. A list is
// never changed in place but for a newer state of a row that it holds.
type listed[K comparable, R any] map[K][]*R

// put lists row instead of old, an earlier state of it; where either is nil, it
// only adds or takes out.
func (l listed[K, R]) put(key K, old, row *R) {
	switch {
	case old == nil && row == nil:
	case old == nil:
		l[key] = append(l[key], row)
	case row == nil:
		if left := without(l[key], old); len(left) > 0 {
			l[key] = left
		} else {
			delete(l, key)
		}
	default:
		if i := slices.Index(l[key], old); i >= 0 {
			l[key][i] = row
		}
	}
}

// only is the row if there is one and it is of the kind; else nil.
func only[R any](row *R, is func(*R) bool) *R {
	if row == nil || !is(row) {
		return nil
	}
	return row
}

func without[T comparable](list []T, x T) []T {
	i := slices.Index(list, x)
	if i < 0 {
		return list
	}
	return slices.Concat(list[:i], list[i+1:])
}
