package papers

import (
	"net/url"
	"strconv"
)

// The addresses that papers name, below that of the platform:
//
//	/verify/contract/ID  a contract, by its id
//	/verify/log/N        a record, by its entry in the log
//
// The QR code of a logged paper adds the leaf, size and root behind a #, which
// stay on the reader's own device.

// contractAddress is where a contract can be checked.
func (i Imprint) contractAddress(id string) string {
	return i.URL + "/verify/contract/" + url.PathEscape(id)
}

// entryAddress is where an entry of the log can be checked.
func (i Imprint) entryAddress(index int64) string {
	return i.URL + "/verify/log/" + strconv.FormatInt(index, 10)
}
