package move_test

import (
	"os"
	"testing"

	"probity/documents/blob/minio/miniotest"
)

func TestMain(m *testing.M) { os.Exit(miniotest.Main(m)) }
