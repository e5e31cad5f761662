package mongo

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// server is what matters about the other side.
type server struct {
	name, version, shape string

	sharded    bool // a router answers: its clock is not a primary's
	plainLists bool // unique indexes do not look into lists
}

func (s server) String() string { return fmt.Sprintf("%s %s, %s", s.name, s.version, s.shape) }

// meet asks the server what it is.
func meet(ctx context.Context, db *mongo.Database) (s server, err error) {
	var hello struct {
		Msg     string `bson:"msg"`
		SetName string `bson:"setName"`
	}
	if err := db.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return s, err
	}
	var build struct {
		Version string   `bson:"version"`
		Ferret  bson.Raw `bson:"ferretdb"`
		Old     string   `bson:"ferretdbVersion"`
	}
	if err := db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		return s, err
	}
	s = server{name: "MongoDB", version: build.Version, shape: "standalone", sharded: hello.Msg == "isdbgrid"}
	switch {
	case s.sharded:
		s.shape = "sharded cluster"
	case hello.SetName != "":
		s.shape = "replica set " + hello.SetName
	}
	if v, ok := build.Ferret.Lookup("version").StringValueOK(); ok { // FerretDB 2 and later
		s.name, s.version = "FerretDB", v
	} else if build.Old != "" {
		s.name, s.version, s.plainLists = "FerretDB 1", build.Old+" build, speaks "+build.Version, true
	}
	return s, nil
}
