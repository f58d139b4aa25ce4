package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestProfilesAreForThisMachine(t *testing.T) {
	h := forLoopback(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	for host, want := range map[string]int{
		"localhost:6060": http.StatusOK, "127.0.0.1:6060": http.StatusOK, "[::1]:6060": http.StatusOK, "[::1]": http.StatusOK, "localhost": http.StatusOK,
		"rebound.example:6060": http.StatusMisdirectedRequest, "10.0.0.5:6060": http.StatusMisdirectedRequest, "": http.StatusMisdirectedRequest,
	} {
		r := httptest.NewRequest(http.MethodGet, "/debug/pprof/", nil)
		r.Host = host
		a := httptest.NewRecorder()
		if h.ServeHTTP(a, r); a.Code != want {
			t.Errorf("Host %q: status %d, want %d", host, a.Code, want)
		}
	}
}
