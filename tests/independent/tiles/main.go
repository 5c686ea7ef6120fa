// A tree of tiles read with golang.org/x/mod, which shares nothing with stet.
//
//	tiles FOLDER VKEY
//
// Opens the checkpoint (sumdb/note), reads every entry bundle, and derives and checks the inclusion
// proof of each entry from the hash tiles (sumdb/tlog), and the consistency of some earlier sizes.
// Exits 0 and says how much it has seen, or 1. Licence: CC0-1.0, like the format page.
package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, values ...any) {
	fmt.Printf("no: "+format+"\n", values...)
	os.Exit(1)
}

// C2SP paths have no height in them, and entries for data.
func path(folder string, tile tlog.Tile) string {
	rest := strings.TrimPrefix(tile.Path(), "tile/8/")
	if strings.HasPrefix(rest, "data/") {
		rest = "entries/" + strings.TrimPrefix(rest, "data/")
	}
	return filepath.Join(folder, "tile", rest)
}

type reader struct{ folder string }

func (r reader) Height() int                         { return 8 }
func (r reader) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(path(r.folder, tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// sumdb has its own first line for the text of a tree; ours is the origin.
func parse(text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tlog.Tree{}, errors.New("the checkpoint is not of three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(hash) != tlog.HashSize {
		return tlog.Tree{}, errors.New("the root is not a hash")
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], hash)
	return tree, nil
}

func open(folder, vkey string) (tlog.Tree, string) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("the key: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		fail("%v", err)
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		fail("the checkpoint: %v", err)
	}
	tree, err := parse(opened.Text)
	if err != nil {
		fail("%v", err)
	}
	return tree, strings.SplitN(opened.Text, "\n", 2)[0]
}

func entries(folder string, size int64) [][]byte {
	var all [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		name := path(folder, tlog.Tile{H: 8, L: -1, N: n, W: int(width)})
		data, err := os.ReadFile(name)
		if err != nil {
			fail("%v", err)
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(data[0])<<8+int(data[1]) {
				fail("%s ends early", name)
			}
			length := int(data[0])<<8 + int(data[1])
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			fail("%s goes on", name)
		}
	}
	return all
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: tiles FOLDER VKEY")
		os.Exit(2)
	}
	tree, origin := open(os.Args[1], os.Args[2])
	hashes := tlog.TileHashReader(tree, reader{os.Args[1]})
	proofs := 0
	for i, entry := range entries(os.Args[1], tree.N) {
		proof, err := tlog.ProveRecord(tree.N, int64(i), hashes)
		if err != nil {
			fail("entry %d: %v", i, err)
		}
		if err = tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)); err != nil {
			fail("entry %d: %v", i, err)
		}
		proofs++
	}
	trees := 0
	for size := int64(1); size < tree.N; size += 1 + size/7 {
		root, err := tlog.TreeHash(size, hashes)
		if err != nil {
			fail("size %d: %v", size, err)
		}
		proof, err := tlog.ProveTree(tree.N, size, hashes)
		if err != nil {
			fail("size %d: %v", size, err)
		}
		if err = tlog.CheckTree(proof, tree.N, tree.Hash, size, root); err != nil {
			fail("size %d: %v", size, err)
		}
		trees++
	}
	fmt.Printf("yes: '%s', size %d, %d inclusion proofs, %d consistency proofs\n", origin, tree.N, proofs, trees)
}
