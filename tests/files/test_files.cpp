// Saves and loads .npy and .npz: every dtype, NumPy's own files, and every way in which a disk says no.
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include <doctest/doctest.h>

#include "../../core/files/atomic.hpp"
#include "../../core/files/npz.hpp"
#include "given.hpp"
#include "pattern.hpp"
#include "temporary.hpp"

using namespace jt;
using namespace jt::test;

namespace {

std::string written(const NamedArrays& arrays, Zip zip = Zip::stored) {
    std::string bytes;
    write_npz([&](const void* data, std::size_t n) { bytes.append(static_cast<const char*>(data), n); }, arrays, zip);
    return bytes;
}

std::string written(const Array& x) {
    std::string bytes;
    write_npy([&](const void* data, std::size_t n) { bytes.append(static_cast<const char*>(data), n); }, x);
    return bytes;
}

std::span<const std::byte> span(const std::string& bytes) { return std::as_bytes(std::span(bytes)); }

/// The kind of the FileError that f throws.
template <class F>
std::string kind_of(F f) {
    try {
        f();
    } catch (const FileError& error) {
        return error.kind;
    }
    return "none";
}

/// The message of the FileError that f throws.
template <class F>
std::string message_of(F f) {
    try {
        f();
    } catch (const FileError& error) {
        return error.what();
    }
    return "none";
}

const Array two = pattern({2}, int32), three = pattern({3}, int32);

/// A process that is killed in the middle of a save, on a host of another name if asked: false when that may not be.
bool die_saving(const std::string& path, bool elsewhere = false) {
    const pid_t child = fork();
    if (child == 0) {
        if (elsewhere && (unshare(CLONE_NEWUTS) != 0 || sethostname("elsewhere", 9) != 0)) _exit(1);
        AtomicFile file("save", path);
        file.write("half", 4);
        _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    return status == 0;
}

std::string kind_of_npz(const std::string& bytes) {
    return kind_of([&] { parse_npz(span(bytes)); });
}

/// A .npy file with that dictionary.
std::string npy_of(const std::string& dictionary, const std::string& data) {
    return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(dictionary.size() + 1) + '\0' + dictionary + '\n' + data;
}

bool is_mark(const std::string& bytes, std::size_t at) {
    const auto mark = bytes.substr(at, 4);
    return mark == "PK\3\4" || mark == "PK\1\2" || mark == "PK\5\6";
}

/// Bits of a local header (kind 3) or a directory entry (kind 1) that say nothing about the arrays: the version that
/// wrote it, an older version that is needed, the hints of deflate in the flags, the clock, attributes.
bool is_free(char kind, std::size_t at, std::size_t bit) {
    if (at < 4 || (kind != 1 && kind != 3)) return false;
    if (kind == 1 && (at < 6 || at >= 36)) return at < 42;
    at -= kind == 1 ? 2 : 0;
    return (at == 4 && (20 & 1 << bit) != 0) || (at == 6 && (bit == 1 || bit == 2)) || (at >= 10 && at < 14);
}

}  // namespace

TEST_SUITE("files") {
    TEST_CASE("arrays come back bit for bit, one by one") {
        const Folder folder;
        for (const auto& [name, x] : patterns()) {
            save_npy(folder / "x.npy", x);
            CHECK(same_bits(load_npy(folder / "x.npy"), loaded(x)));
            CHECK(bytes_of(folder / "x.npy") == written(x));
            CHECK(bytes_of(folder / "x.npy").size() % 64 == x.bytes() % 64);
        }
        CHECK(folder.files() == 1);
    }

    TEST_CASE("arrays come back in order and by name, stored and deflated") {
        const Folder folder;
        const NamedArrays arrays = patterns();
        for (Zip zip : {Zip::stored, Zip::deflated}) {
            save_npz(folder / "x.npz", arrays, zip);
            CHECK(same_arrays(load_npz(folder / "x.npz"), arrays));
            CHECK(same_arrays(parse_npz(span(written(arrays, zip))), arrays));
            CHECK(bytes_of(folder / "x.npz") == written(arrays, zip));
        }
        CHECK(written(arrays, Zip::deflated).size() < written(arrays).size());
        save_npz(folder / "x.npz", {});
        CHECK(load_npz(folder / "x.npz").empty());
        CHECK(folder.files() == 1);
    }

    TEST_CASE("NaN keeps its payload, and 64 axes their extents") {
        const std::uint32_t bits[] = {0x7fa00001U, 0xffc12345U, 1U};
        Array x({3}, float32);
        std::memcpy(x.raw(), bits, sizeof bits);
        CHECK(same_bits(parse_npy(span(written(x))), x));
        Shape shape(64, 1);
        shape[63] = 3;
        CHECK(same_bits(parse_npy(span(written(x.reshaped(shape)))), x.reshaped(shape)));
    }

    TEST_CASE("names may be any text that is no path") {
        const NamedArrays arrays = {{"a/b.c", pattern({2}, int32)},
                                    {"gewicht_\xc3\xa4 \xf0\x9f\x98\x80", pattern({3}, bool_)}};
        CHECK(same_arrays(parse_npz(span(written(arrays))), arrays));
        const auto flags = [](const char* name) { return written(NamedArrays{{name, two}}).substr(6, 2); };
        CHECK(flags("ascii") == std::string("\0\0", 2));
        CHECK(flags("\xc3\xa4") == std::string("\0\x8", 2));
    }

    TEST_CASE("a large array survives deflate, and one that deflates too well is stored") {
        const Array noise = numbers({700000}, float32, -1, 1, 5), zeros = Array::zeros({40 << 20}, uint8);
        const NamedArrays arrays = {{"noise", noise}, {"zeros", zeros}};
        const std::string bytes = written(arrays, Zip::deflated);
        CHECK(same_arrays(parse_npz(span(bytes)), arrays));
        CHECK(bytes.size() > zeros.bytes());
        CHECK(bytes.size() < zeros.bytes() + noise.bytes());
    }

    TEST_CASE("we write what NumPy writes, byte for byte") {
        const auto folder = given("MINIJT_NUMPY_FILES");
        if (folder.empty()) return;
        for (Dtype dtype : dtypes) {
            const std::string expected = bytes_of(folder + name(dtype) + ".npy");
            CAPTURE(std::string(name(dtype)));
            CHECK(expected == written(pattern(shapes[static_cast<std::size_t>(dtype) + 1], dtype)));
        }
    }

    TEST_CASE("we read what NumPy writes: savez, savez_compressed, Fortran order") {
        const auto folder = given("MINIJT_NUMPY_FILES");
        if (folder.empty()) return;
        for (const char* file : {"stored.npz", "deflated.npz", "fortran.npz", "fortran_deflated.npz"}) {
            CAPTURE(std::string(file));
            CHECK(same_arrays(load_npz(folder + file), patterns()));
        }
    }

    TEST_CASE("NumPy is to read what we write") {
        const auto folder = given("MINIJT_OUR_FILES");
        if (folder.empty()) return;
        save_npz(folder + "stored.npz", patterns());
        save_npz(folder + "deflated.npz", patterns(), Zip::deflated);
        for (Dtype dtype : dtypes)
            save_npy(folder + name(dtype) + ".npy", pattern(shapes[static_cast<std::size_t>(dtype) + 1], dtype));
    }

    TEST_CASE("what cannot be written is refused, and the old file stays") {
        const Folder folder;
        const std::string path = folder / "x.npz";
        const Array x = pattern({2}, int32);
        save_npz(path, {{"old", x}});
        const auto kind = [&](const NamedArrays& arrays) { return kind_of([&] { save_npz(path, arrays); }); };
        for (const char* bad : {"", "../x", "a/../b", "..", "a/..", "/x", "a\\b", "a\nb", "a\x7f", "\xff", "\xc0\xaf",
                                "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xc3"}) {
            CAPTURE(std::string(bad));
            CHECK(kind({{"good", x}, {bad, x}}) == "BadName");
        }
        CHECK(kind({{std::string("a\0b", 3), x}}) == "BadName");
        CHECK(kind({{std::string(4093, 'a'), x}}) == "BadName");
        CHECK(kind({{"a", x}, {"b", x}, {"a", x}}) == "DuplicateKey");
        CHECK_THROWS_WITH_AS(save_npz(path, {{"a", Array()}}), "save: needs arrays, got an empty handle", ValueError);
        NamedArrays many;
        for (int k = 0; k < 65535; ++k) many.emplace_back(std::to_string(k), x);
        CHECK_THROWS_WITH_AS(save_npz(path, many),
                             ("save_npz: '" + path + "': TooLarge: needs at most 65534 arrays, got 65535").c_str(),
                             FileError);
        CHECK(same_arrays(load_npz(path), {{"old", x}}));
        CHECK(folder.files() == 1);
        CHECK(same_arrays(parse_npz(span(written(NamedArrays{{std::string(4092, 'a'), x}}))),
                          {{std::string(4092, 'a'), x}}));
    }

    TEST_CASE("4 GiB are too large, and nothing is written") {
        const Folder folder;
        const std::string path = folder / "x.npz";
        Array huge;
        try {
            huge = Array({std::int64_t{1} << 32}, uint8);
        } catch (const std::bad_alloc&) {
            MESSAGE("skipped: no room for 4 GiB");
            return;
        }
        CHECK_THROWS_WITH_AS(save_npz(path, {{"x", huge}}),
                             ("save_npz: '" + path +
                              "': TooLarge: needs an archive below 4 GiB, got 4294967532 bytes at "
                              "'x.npy'")
                                 .c_str(),
                             FileError);
        CHECK(folder.files() == 0);
        clear_buffer_cache();
    }

    TEST_CASE("a path that cannot take a file") {
        const Folder folder;
        const Array x = pattern({2}, int32);
        save_npy(folder / "file", x);
        const auto message = [&](const std::string& path) {
            const std::string what = message_of([&] { save_npy(path, x); }), start = "save_npy: '" + path + "': Io: ";
            CHECK(what.starts_with(start));
            return what.substr(std::min(what.size(), start.size()));
        };
        CHECK(message("/dev/full") == "needs a path for a file, got a device");
        CHECK(message(folder / "") == "needs a path for a file, got a folder");
        CHECK(message(folder / "no/x.npy") == "cannot create a file in its folder: No such file or directory");
        CHECK(message(folder / "file/x.npy") == "cannot create a file in its folder: Not a directory");
        CHECK(message(folder / std::string(256, 'n')) == "cannot create a file in its folder: File name too long");
        CHECK(message("") == "cannot take its name: No such file or directory");
        CHECK(folder.files() == 1);
    }

    TEST_CASE("a path with a NUL is refused, not cut") {
        const std::string path("no/such\0folder", 14),
            told = ": 'no/such?folder': Io: needs a path without NUL, got one with it";
        CHECK_THROWS_WITH_AS(save_npy(path, two), ("save_npy" + told).c_str(), FileError);
        CHECK_THROWS_WITH_AS(save_npz(path, {}), ("save_npz" + told).c_str(), FileError);
        CHECK_THROWS_WITH_AS(load_npy(path), ("load_npy" + told).c_str(), FileError);
        CHECK_THROWS_WITH_AS(load_npz(path), ("load_npz" + told).c_str(), FileError);
        const Folder folder;
        save_npy(folder / "a", two);
        CHECK(kind_of([&] { save_npy((folder / "a") + '\0' + "b", three); }) == "Io");
        CHECK(same_bits(load_npy(folder / "a"), two));
    }

    TEST_CASE("names and paths as long as they may be can be saved") {
        const Folder folder;
        const std::string longest(255, 'n');
        save_npy(folder / longest, two);
        CHECK(same_bits(load_npy(folder / longest), two));
        std::string deep = folder / "";
        while (deep.size() + 202 < 4094) mkdir((deep += std::string(200, 'd') + '/').c_str(), 0700);
        deep += std::string(4095 - deep.size(), 'n');
        save_npy(deep, two);
        CHECK(same_bits(load_npy(deep), two));
    }

    TEST_CASE("saving through links replaces what they lead to") {
        const Folder folder;
        mkdir((folder / "sub").c_str(), 0700);
        save_npy(folder / "sub/file", two);
        chmod((folder / "sub/file").c_str(), 0640);
        std::filesystem::create_symlink("sub/hop", folder / "link");
        std::filesystem::create_symlink("file", folder / "sub/hop");
        save_npy(folder / "link", three);
        CHECK(std::filesystem::is_symlink(folder / "link"));
        CHECK(std::filesystem::is_symlink(folder / "sub/hop"));
        CHECK(same_bits(load_npy(folder / "sub/file"), three));
        CHECK(std::filesystem::status(folder / "sub/file").permissions() == std::filesystem::perms(0640));
        std::filesystem::create_symlink(folder / "sub/new", folder / "dangling");
        save_npy(folder / "dangling", two);
        CHECK(std::filesystem::is_symlink(folder / "dangling"));
        CHECK(same_bits(load_npy(folder / "sub/new"), two));
        CHECK(folder.files() == 3);
    }

    TEST_CASE("links that lead to no file are told, and stay") {
        const Folder folder;
        const auto message = [&](const std::string& target) {
            std::filesystem::remove(folder / "link");
            std::filesystem::create_symlink(target, folder / "link");
            const std::string what = message_of([&] { save_npy(folder / "link", two); });
            CHECK(std::filesystem::is_symlink(folder / "link"));
            return what.substr(("save_npy: '" + (folder / "link") + "': Io: ").size());
        };
        CHECK(message("link") == "cannot create a file in its folder: Too many levels of symbolic links");
        CHECK(message("no/file") == "cannot create a file in its folder: No such file or directory");
        CHECK(message(".") == "needs a path for a file, got a folder");
        CHECK(message("/dev/null") == "needs a path for a file, got a device");
        CHECK(folder.files() == 1);
    }

    TEST_CASE("a save removes what killed saves of its file left, and nothing else") {
        const Folder folder;
        const std::string path = folder / "x.npy";
        for (int k = 0; k < 3; ++k) REQUIRE(die_saving(path));
        REQUIRE(die_saving(folder / "other.npy"));
        std::ofstream(folder / "x.npy.1-0.tmp") << "a file of somebody's";
        AtomicFile living("save", path);
        CHECK(folder.files() == 3);  // the other file's, somebody's, the living one
        save_npy(path, two);
        CHECK(folder.files() == 4);
        living.commit();
        CHECK(bytes_of(path).empty());
        CHECK(folder.files() == 3);
        std::filesystem::create_symlink("other.npy", folder / "link");
        save_npy(folder / "link", two);
        CHECK(folder.files() == 4);  // the link, its file, x.npy, somebody's
    }

    TEST_CASE("what a killed save left on another host stays") {
        const Folder folder;
        if (!die_saving(folder / "x.npy", true)) {
            MESSAGE("skipped: needs the right to name a host");
            return;
        }
        save_npy(folder / "x.npy", two);
        CHECK(folder.files() == 2);
    }

    TEST_CASE("many threads save one file, and others die doing so: it is always whole") {
        const Folder folder;
        const std::string path = folder / "x.npy";
        std::atomic<int> failed = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (int k = 0; k < 50; ++k) failed += message_of([&] { save_npy(path, two); }) != "none";
            });
        for (int k = 0; k < 50; ++k) die_saving(path);
        for (auto& thread : threads) thread.join();
        save_npy(path, two);
        CHECK(failed == 0);
        CHECK(same_bits(load_npy(path), two));
        CHECK(folder.files() == 1);
    }

    TEST_CASE("a folder without permission to write") {
        const Folder folder;
        chmod((folder / "").c_str(), 0500);
        const auto kind = kind_of([&] { save_npy(folder / "x.npy", pattern({2}, int32)); });
        CHECK(kind == (geteuid() == 0 ? "none" : "Io"));  // root may write anywhere
        chmod((folder / "").c_str(), 0700);
    }

    TEST_CASE("a disk that is full: the old file stays, and no temporary one") {
        const Folder folder;
        const std::string path = folder / "x.npz";
        const NamedArrays old = {{"x", pattern({100}, int32)}};
        save_npz(path, old);
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{100000, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        const auto kind = kind_of([&] { save_npz(path, {{"x", pattern({100000}, int32)}}); });
        setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, handler);
        CHECK(kind == "Io");
        CHECK(same_arrays(load_npz(path), old));
        CHECK(folder.files() == 1);
    }

    TEST_CASE("a replaced file hands on its permissions") {
        const Folder folder;
        const std::string path = folder / "x.npy";
        save_npy(path, pattern({2}, int32));
        chmod(path.c_str(), 0640);
        save_npy(path, pattern({3}, int32));
        struct stat info {};
        stat(path.c_str(), &info);
        CHECK((info.st_mode & 07777) == 0640);
    }

    TEST_CASE("what cannot be opened is said") {
        const Folder folder;
        const std::string missing = folder / "no.npz", pipe = folder / "pipe";
        mkfifo(pipe.c_str(), 0600);
        CHECK_THROWS_WITH_AS(load_npz(missing),
                             ("load_npz: '" + missing + "': Io: cannot be opened: No such file or directory").c_str(),
                             FileError);
        CHECK_THROWS_WITH_AS(load_npy("/tmp"), "load_npy: '/tmp': Io: needs a file, got a folder", FileError);
        CHECK(kind_of([&] { load_npz(pipe); }) == "Io");
        CHECK(kind_of([&] { load_npz("/dev/zero"); }) == "Io");
    }

    TEST_CASE("NumPy's other dtypes are refused by name") {
        for (const char* other : {"|i1", "<i2", "<u2", "<u4", "<u8", "<f2", "<c8", "<f16", ">f4", ">i8", "|O", "<U3"}) {
            std::string bytes = written(pattern({2}, float32));
            bytes.replace(bytes.find("'<f4',"), 6, "'" + std::string(other) + "',");
            bytes.replace(bytes.find("     "), 5, std::string(8 - std::string(other).size(), ' '));
            try {
                parse_npy(span(bytes));
                FAIL("loaded");
            } catch (const FileError& error) {
                CHECK(std::string(error.kind) == "UnsupportedDtype");
                CHECK(std::string(error.what()) ==
                      "parse_npy: UnsupportedDtype: needs bool, uint8, int32, int64, float32 or float64, "
                      "little-endian, got '" +
                          std::string(other) + "'");
            }
        }
    }

    TEST_CASE("every flipped bit of an archive is noticed, save in what says nothing") {
        const NamedArrays arrays = {{"a", pattern({2, 3}, float32)}, {"b", pattern({7}, bool_)}};
        for (Zip zip : {Zip::stored, Zip::deflated}) {
            const std::string good = written(arrays, zip);
            std::size_t record = 0;
            for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
                const auto i = bit / 8;
                if (bit % 8 == 0 && is_mark(good, i)) record = i;
                std::string bad = good;
                bad[i] = static_cast<char>(bad[i] ^ (1 << bit % 8));
                const bool loads = kind_of_npz(bad) == "none", fills_up = zip == Zip::deflated && is_mark(good, i + 1);
                CAPTURE(bit);
                if (!fills_up) CHECK(loads == is_free(good[record + 2], i - record, bit % 8));
                if (loads) CHECK(same_arrays(parse_npz(span(bad)), arrays));
            }
        }
    }

    TEST_CASE("bytes before the directory or at its end are refused") {
        const std::string good = written(NamedArrays{{"a", pattern({2}, int32)}});
        std::string before = good, at_end = good;
        before.insert(good.find("PK\1\2"), 1, 'x');
        ++before[good.size() - 5];  // where the directory begins
        at_end.insert(good.size() - 22, 1, 'x');
        ++at_end[good.size() - 9];  // its size
        CHECK_THROWS_WITH_AS(parse_npz(span(before)),
                             "parse_npz: BadZip: needs the directory at byte 171, got it at 172", FileError);
        CHECK(kind_of_npz(at_end) == "BadZip");
    }

    TEST_CASE("the clock of an archive stands at 1980-01-01, as NumPy's does") {
        CHECK(written(NamedArrays{{"a", pattern({2}, int32)}}).substr(10, 4) == std::string("\0\0\x21\0", 4));
    }

    TEST_CASE("dictionaries beyond the catalogue") {
        struct Row {
            std::string descr, order, shape, kind;
        };
        const std::string data = {0, 1, 0, 0};
        for (const Row& row :
             {Row{"'|b1'", "False", "(4,)", "none"}, Row{"'|b1'", "True", "(2, 2)", "none"},
              Row{"'|b1'", "False", "( 2 ,2 , )", "none"}, Row{"'|u1'", "False", "(04,)", "BadShape"},
              Row{"'|u1'", "False", "(+4,)", "BadShape"}, Row{"'|u1'", "False", "(4)", "BadShape"},
              Row{"'|u1'", "False", "(4,", "BadShape"}, Row{"'|u1'", "False", "(2, 2", "BadShape"},
              Row{"'|u1'", "False", "(4,)\x7f", "BadHeader"}, Row{"'|u1'", "Fals", "(4,)", "BadHeader"},
              Row{"'|u1'", "False", "(4,), ", "BadHeader"}, Row{"'|u1'", "False", "()", "TrailingData"},
              Row{"'|u1", "False", "(4,)", "BadDtype"}, Row{"'<<f4'", "False", "(1,)", "BadDtype"}}) {
            const std::string text =
                "{'descr': " + row.descr + ", 'fortran_order': " + row.order + ", 'shape': " + row.shape + ", }";
            CAPTURE(text);
            CHECK(kind_of([&] { parse_npy(span(npy_of(text, data))); }) == row.kind);
        }
        const std::string bools = "{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}";
        CHECK(kind_of([&] { parse_npy(span(npy_of(bools, {1, 2}))); }) == "BadBool");
    }
}
