// Looks up a record by name and a file by its digest. Nothing leaves the browser but the request for
// the page that is looked for.
"use strict";

// SHA-256, FIPS 180-4, in pieces: the browser's own is not there on plain http, and wants a file whole.
class Sha256 {
	constructor() {
		this.state = Uint32Array.from(Sha256.start);
		this.block = new Uint8Array(64);
		this.words = new Uint32Array(64);
		this.used = 0;
		this.size = 0;
	}

	add(bytes) {
		this.size += bytes.length;
		for (let at = 0; at < bytes.length;) {
			const part = bytes.subarray(at, at + 64 - this.used);
			this.block.set(part, this.used);
			this.used += part.length;
			at += part.length;
			if (this.used === 64) {
				this.mix();
				this.used = 0;
			}
		}
	}

	mix() {
		const w = this.words, view = new DataView(this.block.buffer);
		const turn = (x, n) => (x >>> n) | (x << (32 - n));
		for (let i = 0; i < 16; i++)
			w[i] = view.getUint32(4 * i);
		for (let i = 16; i < 64; i++) {
			const a = w[i - 15], b = w[i - 2];
			w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) +
				(turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
		}
		let [a, b, c, d, e, f, g, h] = this.state;
		for (let i = 0; i < 64; i++) {
			const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) +
				Sha256.k[i] + w[i]) | 0;
			const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
			h = g; g = f; f = e; e = (d + one) | 0;
			d = c; c = b; b = a; a = (one + two) | 0;
		}
		[a, b, c, d, e, f, g, h].forEach((value, i) => { this.state[i] += value; });
	}

	end() {
		const bits = BigInt(this.size) * 8n;
		const rest = new Uint8Array((this.used < 56 ? 64 : 128) - this.used);
		rest[0] = 0x80;
		new DataView(rest.buffer).setBigUint64(rest.length - 8, bits);
		this.add(rest);
		return Array.from(this.state, (x) => x.toString(16).padStart(8, "0")).join("");
	}
}

// The first 32 bits of the fractional parts of the roots of the first primes.
{
	const primes = [];
	for (let n = 2; primes.length < 64; n++)
		if (primes.every((p) => n % p !== 0))
			primes.push(n);
	// Exactly, with integers: floor(root * 2^32) by bisection.
	const root = (n, power) => {
		let low = 0n, high = BigInt(n) << 32n;
		const wanted = BigInt(n) << BigInt(32 * power);
		while (low < high) {
			const half = (low + high + 1n) / 2n;
			if (half ** BigInt(power) <= wanted)
				low = half;
			else
				high = half - 1n;
		}
		return Number(low & 0xffffffffn);
	};
	Sha256.start = primes.slice(0, 8).map((p) => root(p, 2));
	Sha256.k = primes.map((p) => root(p, 3));
}

// The one spelling that entries have: docs/format.md, "Names". A DOI in any form that people paste;
// other names as they stand.
function nameOf(text) {
	const given = text.replace(/^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$/g, "");
	if (/^doi:10\.[0-9]+(\.[0-9]+)*\/([a-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})+$/.test(given))
		return given;
	const doi = given.match(/^((?:https?:\/\/)?(?:dx\.|www\.)?doi\.org\/|info:doi\/|doi:)?\s*(10\.[0-9.]+\/.+)$/i) ||
		given.match(/^((?:https?:\/\/)?(?:dx\.|www\.)?doi\.org\/|info:doi\/)(10\.[0-9.]+%2f.+)$/i);
	if (doi === null) {
		const uuid = given.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
		return uuid === null ? given : "urn:uuid:" + uuid[0].toLowerCase();
	}
	let name = doi[2];
	if ((doi[1] !== undefined && !/^doi:/i.test(doi[1])) || /%3[ce]/i.test(name)) {
		try {
			name = decodeURIComponent(name);
		} catch {
			// as it stands
		}
	}
	name = name.normalize("NFC").replace(/[A-Z]/g, (letter) => letter.toLowerCase());
	return "doi:" + Array.from(new TextEncoder().encode(name), (byte) => {
		const char = String.fromCharCode(byte);
		return /[A-Za-z0-9\-._~!$&'()*+,;=:@/]/.test(char)
			? char : "%" + byte.toString(16).toUpperCase().padStart(2, "0");
	}).join("");
}

function say(text) {
	document.getElementById("answer").textContent = text;
}

async function goTo(path, absent) {
	const target = new URL(path, document.baseURI);
	if (target.protocol === "file:") {
		location.assign(target); // a folder on a disk cannot be asked
		return;
	}
	try {
		const answer = await fetch(target, { method: "HEAD" });
		if (answer.ok)
			location.assign(target);
		else if (answer.status === 404)
			say(absent);
		else
			say("Could not find out: the server answered " + answer.status + ".");
	} catch {
		say("Could not find out: the server did not answer.");
	}
}

function shaText(text) {
	const hash = new Sha256();
	hash.add(new TextEncoder().encode(text));
	return hash.end();
}

function findName(text) {
	if (text.trim() === "") {
		say("Which record?");
		return;
	}
	const name = nameOf(text), hex = shaText(name);
	say("Looking for " + name + " ...");
	goTo(`r/${hex.slice(0, 2)}/${hex}.html`, name + " is not in this ledger. That says nothing " +
		"about it, good or bad.");
}

async function findFile(file) {
	const hash = new Sha256(), piece = 1 << 20;
	for (let at = 0; at < file.size; at += piece) {
		hash.add(new Uint8Array(await file.slice(at, at + piece).arrayBuffer()));
		say(`Hashing ${file.name}: ${Math.floor(100 * Math.min(at + piece, file.size) / file.size)} %`);
	}
	const hex = hash.end();
	say("SHA-256 " + hex);
	goTo(`f/${hex.slice(0, 2)}/${hex}.html`, `No record in this ledger has a file with SHA-256 ${hex}: ` +
		"it differs from every registered version, or was never registered.");
}

function wire() {
	document.getElementById("find").addEventListener("submit", (event) => {
		event.preventDefault();
		findName(document.getElementById("name").value);
	});
	document.getElementById("file").addEventListener("change", (event) => {
		if (event.target.files.length > 0)
			findFile(event.target.files[0]);
	});
	const drop = document.getElementById("drop");
	drop.addEventListener("dragover", (event) => {
		event.preventDefault();
		drop.classList.add("over");
	});
	drop.addEventListener("dragleave", () => drop.classList.remove("over"));
	drop.addEventListener("drop", (event) => {
		event.preventDefault();
		drop.classList.remove("over");
		if (event.dataTransfer.files.length > 0)
			findFile(event.dataTransfer.files[0]);
	});
}

if (typeof document !== "undefined")
	wire();
else
	module.exports = { Sha256, nameOf, shaText };
