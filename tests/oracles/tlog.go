// Checks a record with Go's transparency log (golang.org/x/mod/sumdb/tlog), which knows nothing of ours.
//
// Standard input: {"dir", "size", "root", "records": [{"index", "size", "root", "proof"}], "trees": [{"old", "new", "old_root", "new_root", "proof"}]},
// hashes in base64. Prints "ok", or what does not fit.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

type asked struct {
	Dir     string
	Size    int64
	Root    tlog.Hash
	Records []struct {
		Index, Size int64
		Root        tlog.Hash
		Proof       []tlog.Hash
	}
	Trees []struct {
		Old, New int64
		OldRoot  tlog.Hash `json:"old_root"`
		NewRoot  tlog.Hash `json:"new_root"`
		Proof    []tlog.Hash
	}
}

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// entries of all bundles, in order
func entries(dir string, size int64) (all [][]byte) {
	for n := int64(0); n*256 < size; n++ {
		path := strings.Replace(tlog.Tile{H: 8, L: -1, N: n, W: 256}.Path(), "tile/8/data", "tile/entries", 1)
		data, err := os.ReadFile(filepath.Join(dir, path))
		must(err)
		for len(data) > 0 {
			end := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:end])
			data = data[end:]
		}
	}
	return all
}

// tiles of the record: a partial one is the beginning of the file of the whole
type tiles struct{ dir string }

func (t tiles) Height() int                         { return 8 }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) (found [][]byte, err error) {
	for _, tile := range wanted {
		width := tile.W
		tile.W = 256
		data, err := os.ReadFile(filepath.Join(t.dir, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		found = append(found, data[:width*tlog.HashSize])
	}
	return found, nil
}

func main() {
	var ask asked
	must(json.NewDecoder(os.Stdin).Decode(&ask))

	var stored []tlog.Hash // computed from the entries alone
	reader := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
		for _, i := range indexes {
			out = append(out, stored[i])
		}
		return out, nil
	})
	all := entries(ask.Dir, ask.Size)
	if int64(len(all)) != ask.Size {
		must(fmt.Errorf("%d entries, not %d", len(all), ask.Size))
	}
	for n, entry := range all {
		hashes, err := tlog.StoredHashes(int64(n), entry, reader)
		must(err)
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(ask.Size, reader)
	must(err)
	if root != ask.Root {
		must(fmt.Errorf("root %v, not %v", root, ask.Root))
	}

	byTiles := tlog.TileHashReader(tlog.Tree{N: ask.Size, Hash: root}, tiles{ask.Dir}) // holds each tile against the root
	for _, r := range ask.Records {
		must(tlog.CheckRecord(r.Proof, r.Size, r.Root, r.Index, tlog.RecordHash(all[r.Index])))
		proof, err := tlog.ProveRecord(r.Size, r.Index, byTiles)
		must(err)
		if fmt.Sprint(proof) != fmt.Sprint(tlog.RecordProof(r.Proof)) {
			must(fmt.Errorf("record %d in %d: proof %v, not %v", r.Index, r.Size, proof, r.Proof))
		}
	}
	for _, t := range ask.Trees {
		must(tlog.CheckTree(t.Proof, t.New, t.NewRoot, t.Old, t.OldRoot))
		proof, err := tlog.ProveTree(t.New, t.Old, byTiles)
		must(err)
		if fmt.Sprint(proof) != fmt.Sprint(tlog.TreeProof(t.Proof)) {
			must(fmt.Errorf("tree %d in %d: proof %v, not %v", t.Old, t.New, proof, t.Proof))
		}
	}
	fmt.Println("ok")
}
