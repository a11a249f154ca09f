// Versity's S3 server on a folder, as `versitygw posix` runs it: s3-server ADDRESS FOLDER. Its own program takes longer to
// compile, because it contains clients of other storage and a suite of tests.
package main

import (
	"log"
	"os"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
)

func main() {
	address, folder := os.Args[1], os.Args[2]
	if err := (meta.XattrMeta{}).Test(folder); err != nil {
		log.Fatalf("the folder must support extended attributes: %v", err)
	}
	options := posix.PosixOpts{Concurrency: 5000, IOBufferSize: 1 << 20, CopyObjectThreshold: 5 << 30}
	options.SetNewDirPerm(0o755)
	options.SetNewFilePerm(0o644)
	store, err := posix.New(folder, meta.XattrMeta{}, options)
	if err != nil {
		log.Fatal(err)
	}
	root := middlewares.RootUserConfig{
		Access: os.Getenv("ROOT_ACCESS_KEY_ID"),
		Secret: os.Getenv("ROOT_SECRET_ACCESS_KEY"),
	}
	users := auth.NewIAMServiceSingle(auth.Account{Access: root.Access, Secret: root.Secret, Role: auth.RoleAdmin})
	server, err := s3api.New(store, root, "us-east-1", users, nil, nil, nil, nil,
		s3api.WithConcurrencyLimiter(250_000, 100_000),
		s3api.WithMpMaxParts(10_000),
		s3api.WithAdminServer(),
		s3api.WithQuiet(),
	)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(server.ServeMultiPort([]string{address}))
}
