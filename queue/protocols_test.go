package queue

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	peers "github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
)

// Each kind of address leads to a client of its kind, with which Asynq then works from end to end.

func TestClusterAddress(t *testing.T) {
	t.Parallel()
	peer := miniredis.RunT(t)
	r := connected(t, "redis-cluster://"+peer.Addr())
	if _, ok := r.client.(*redis.ClusterClient); !ok {
		t.Errorf("got %T", r.client)
	}
	run := start(t, r, newShop(), nil)
	run.ingest(t, 20, 0)
	run.allSentOnce(t, 20)
}

func TestSentinelAddress(t *testing.T) {
	t.Parallel()
	master, sentinel := miniredis.RunT(t), miniredis.RunT(t)
	master.RequireUserAuth("kagobell", "secret")
	answer := func(c *peers.Peer, _ string, args []string) {
		switch strings.ToLower(args[0]) {
		case "get-master-addr-by-name":
			if args[1] != "shop" {
				c.WriteNull()
				return
			}
			c.WriteStrings([]string{master.Host(), master.Port()})
		default: // no other sentinels, no replicas
			c.WriteLen(0)
		}
	}
	if err := sentinel.Server().Register("SENTINEL", answer); err != nil {
		t.Fatal(err)
	}
	r := connected(t, "redis-sentinel://kagobell:secret@"+sentinel.Addr()+"/0?master=shop")
	run := start(t, r, newShop(), nil)
	run.ingest(t, 20, 0)
	run.allSentOnce(t, 20)
	if len(master.Keys()) == 0 || len(sentinel.Keys()) != 0 {
		t.Errorf("keys of the master %v, of the sentinel %v", master.Keys(), sentinel.Keys())
	}
}

func TestSecureAddress(t *testing.T) {
	t.Parallel()
	certificate, roots := selfSigned(t)
	peer, err := miniredis.RunTLS(&tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	options, err := redisOptions("rediss://localhost:" + peer.Port())
	if err != nil {
		t.Fatal(err)
	}
	stranger := redis.NewUniversalClient(options)
	defer stranger.Close()
	if err := stranger.Ping(t.Context()).Err(); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a server that nobody vouches for: got %v", err)
	}
	options.TLSConfig.RootCAs = roots
	r := &Redis{client: redis.NewUniversalClient(options), log: slog.New(slog.DiscardHandler)}
	defer r.Close()
	run := start(t, r, newShop(), nil)
	run.ingest(t, 20, 0)
	run.allSentOnce(t, 20)
	run.drain(t)
}

// selfSigned is a certificate for localhost.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
