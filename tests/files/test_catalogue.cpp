// Loads every .npy, .npz and .safetensors of the catalogue that tests/malformed/make.py writes, and holds the outcome
// against its manifest.
#include <chrono>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include <doctest/doctest.h>

#include "../../core/files/safetensors.hpp"
#include "given.hpp"
#include "pattern.hpp"
#include "peak.hpp"
#include "temporary.hpp"

using namespace jt;
using test::array;
using test::peak;
using test::sanitized;

namespace {

struct Case {
    std::string file, verdict, kind, note, path;
};

#ifdef MINIJT_JSON
constexpr bool has_json = true;
#else
constexpr bool has_json = false;
#endif

/// Where readers disagree: for each the catalogue's own word for the fault, "-" where it loads here.
const std::map<std::string, std::string> policies = {
    {"npy_ok_py2_long.npy", "BadShape"},        // written by Python 2 only
    {"npy_ok_double_quotes.npy", "BadHeader"},  // written by nobody
    {"npy_policy_big_endian.npy", "UnsupportedDtype"},
    {"npy_policy_trailing.npy", "TrailingData"},  // one file, one array
    {"npy_no_newline.npy", "BadHeader"},
    {"npy_bool_2.npy", "BadBool"},
    {"npz_policy_prefix.npz", "BadZip"},  // no polyglots
    {"npz_policy_trailing.npz", "TrailingData"},
    {"npz_policy_other_member.npz", "BadMember"},  // arrays and nothing else
    {"npz_bomb_64m.npz", "TooLarge"},              // over 256 times the file + 16 MiB
    {"npz_name_0.npz", "BadName"},                 // ../../etc/passwd
    {"npz_name_1.npz", "BadName"},                 // absolute
    {"npz_name_2.npz", "BadName"},                 // C:\.
    {"npz_name_7.npz", "BadName"},                 // 60,004 bytes
    {"npz_name_8.npz", "BadName"},                 // 4,099 bytes as UTF-8
    {"st_policy_ws_tail.safetensors", "-"},        // any white space of JSON
    {"st_policy_ws_lead.safetensors", "InvalidHeaderStart"},
    {"st_policy_dtype_bf16.safetensors", "-"},  // as float32
    {"st_policy_dtype_f4.safetensors", "UnsupportedDtype"},
    {"st_field_28.safetensors", "BadShape"},  // 64 axes at most
    {"st_policy_extra_field.safetensors", "InvalidHeaderDeserialization"},
    {"st_policy_zero_huge.safetensors", "ValidationOverflow"},
    {"st_empty_name.safetensors", "BadName"},
    {"st_nul_name.safetensors", "BadName"},
};

std::vector<Case> cases(const std::string& folder) {
    std::vector<Case> all;
    std::ifstream manifest(folder + "manifest.tsv");
    std::string line;
    for (std::getline(manifest, line); std::getline(manifest, line);) {
        std::istringstream fields(line);
        Case c;
        for (auto* field : {&c.file, &c.verdict, &c.kind, &c.note}) std::getline(fields, *field, '\t');
        c.path = folder + c.file;
        if (has_json || !c.file.ends_with(".safetensors")) all.push_back(c);
    }
    return all;
}

NamedArrays load(const std::string& path) {
    if (path.ends_with(".safetensors")) return load_safetensors(path).arrays;
    return path.ends_with(".npz") ? load_npz(path) : NamedArrays{{"", load_npy(path)}};
}

/// By file, what messages.tsv says that its error says behind the path.
std::map<std::string, std::string> messages(const std::string& folder) {
    std::map<std::string, std::string> all;
    std::ifstream rows(folder + "messages.tsv");
    for (std::string file, message; std::getline(rows, file, '\t') && std::getline(rows, message);) all[file] = message;
    return all;
}

struct Outcome {
    std::string verdict, kind, message;
    double seconds;
};

Outcome outcome(const Case& c) {
    const auto start = std::chrono::steady_clock::now();
    Outcome o{"accept", "-", "", 0};
    try {
        load(c.path);
    } catch (const FileError& error) {
        const std::string what = error.what(), path = "'" + c.path + "': ";
        o = {"reject", error.kind, what.substr(what.find(path) + path.size()), 0};
    }
    o.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return o;
}

const Array four = array({4}, {1, 2, 3, 4});

/// Whether a reader of such a file says that it ends too early.
bool is_cut(const std::string& file, const std::string& kind) {
    if (file.ends_with(".npz")) return kind == "BadZip";
    if (file.ends_with(".npy")) return kind == "Truncated" || kind == "DataTruncated";
    return kind == "HeaderTooSmall" || kind == "InvalidHeaderLength" || kind == "MetadataIncompleteBuffer";
}

const char* const code_page_437 =
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ"
    "áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
    "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
    "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

Array of_bits(const std::vector<std::uint32_t>& bits) {
    Array x({static_cast<std::int64_t>(bits.size())}, float32);
    std::memcpy(x.raw(), bits.data(), x.bytes());
    return x;
}

/// What the controls hold, as their notes say.
NamedArrays expected(const std::string& file) {
    constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    Shape deep(28, 1);
    deep[27] = 4;
    const Array four_floats = array({4}, {1, 2, 3, 4}, float32), b = array({4}, {5, 6, 7, 8}, float32);
    const Array square = four_floats.reshaped({2, 2});
    const std::map<std::string, NamedArrays> special = {
        {"npy_ok_f4_v1.npy", {{"", four_floats}}},
        {"npy_ok_scalar.npy", {{"", array({1}, {7})}}},
        {"npy_ok_empty_dim.npy", {{"", Array({2, 0, 3}, float64)}}},
        {"npy_ok_fortran.npy", {{"", array({2, 2}, {1, 3, 2, 4})}}},
        {"npy_ok_long_header.npy", {{"", four.reshaped(deep)}}},
        {"npy_nan_inf.npy", {{"", array({4}, {nan, inf, -inf, 5e-324})}}},
        {"npz_ok_empty.npz", {}},
        {"npz_ok_zip64_local.npz", {{"w", four}}},
        {"npz_ok_data_descriptor.npz", {{"w", four}}},
        {"npz_ok_cp437.npz", {{code_page_437, four}}},
        {"npz_ok_utf8.npz", {{"ä≈", four}}},
        {"st_ok_two.safetensors", {{"b", array({1}, {9}, float32)}, {"w", square}}},
        {"st_ok_empty.safetensors", {}},
        {"st_ok_meta_only.safetensors", {}},
        {"st_ok_scalar.safetensors", {{"w", array({1}, {7}, float32)}}},
        {"st_ok_zero_dim.safetensors", {{"w", Array({2, 0}, float32)}}},
        {"st_ok_two_zero.safetensors", {{"a", Array({0}, float32)}, {"b", Array({0}, float32)}, {"w", square}}},
        {"st_ok_unaligned.safetensors", {{"a", array({3}, {97, 98, 99}, uint8)}, {"w", square}}},
        {"st_ok_nan.safetensors", {{"w", of_bits({0x7fc00001, 0x7f800000, 1})}}},
        {"st_ok_escape_name.safetensors", {{"wé\n\"", square}}},
    };
    const auto found = special.find(file);
    if (found != special.end()) return found->second;
    if (file.ends_with(".safetensors")) return {{"w", square}};
    return file.ends_with(".npz") ? NamedArrays{{"w", four}, {"b", b}} : NamedArrays{{"", four}};
}

bool same_or_refused(const std::string& bytes, const NamedArrays& want) {
    try {
        return test::same_arrays(parse_npz(std::as_bytes(std::span(bytes))), want);
    } catch (const FileError&) {
        return true;
    }
}

}  // namespace

TEST_SUITE("files") {
    TEST_CASE("the catalogue: every verdict and every class of error") {
        const auto all = cases(test::given("MINIJT_MALFORMED"));
        if (all.empty()) return;
        auto wanted = messages(test::given("MINIJT_MESSAGES"));
        std::size_t whole = 0, prefixes = 0, chosen = 0;
        for (const Case& c : all) {
            const Outcome o = outcome(c);
            CAPTURE(c.file);
            CAPTURE(o.message);
            CHECK(o.seconds < 1);
            if (c.file.starts_with("pfx_")) {
                ++prefixes;
                CHECK(is_cut(c.file, o.kind));
            } else {
                ++whole;
                const auto policy = policies.find(c.file);
                const bool choice = c.verdict == "policy";
                chosen += choice;
                REQUIRE(choice == (policy != policies.end()));
                CHECK(o.verdict == (!choice ? c.verdict : policy->second == "-" ? "accept" : "reject"));
                CHECK(o.kind == (choice ? policy->second : c.kind));
                if (o.verdict == "reject") CHECK(o.message == wanted[c.file]);
            }
        }
        CHECK(whole >= (has_json ? 287 : 180));
        CHECK(prefixes > (has_json ? 4000 : 3000));
        if (has_json) CHECK(chosen == policies.size());
    }

    TEST_CASE("the catalogue: controls hold their numbers") {
        const auto all = cases(test::given("MINIJT_MALFORMED"));
        if (all.empty()) return;
        for (const Case& c : all) {
            if (c.verdict != "accept") continue;
            CAPTURE(c.file);
            CHECK(test::same_arrays(load(c.path), expected(c.file)));
        }
    }

    TEST_CASE("the catalogue: no flipped bit of an .npz control changes what loads") {
        const auto all = cases(test::given("MINIJT_MALFORMED"));
        for (const Case& c : all) {
            if (c.verdict != "accept" || !c.file.ends_with(".npz")) continue;
            CAPTURE(c.file);
            const std::string good = test::bytes_of(c.path);
            const NamedArrays want = expected(c.file);
            std::size_t wrong = 0;
            for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
                std::string bytes = good;
                bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
                wrong += !same_or_refused(bytes, want);
            }
            CHECK(wrong == 0);
        }
    }

    TEST_CASE("the catalogue: no reject takes more than 16 MiB" * doctest::skip(sanitized)) {
        const auto all = cases(test::given("MINIJT_MALFORMED"));
        if (all.empty()) return;
        const double before = peak();
        for (const Case& c : all) outcome(c);
        CHECK(peak() - before < 16);
    }
}
