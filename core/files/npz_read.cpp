// Reads .npz: the central directory first, then all local headers, and only then the members.
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "npz_members.hpp"
#include "zip.hpp"

namespace jt {

namespace files {

namespace {

constexpr std::uint64_t deflate_slack = 64;                              // beside deflate_ratio
constexpr std::uint64_t unfold_ratio = 256, unfold_slack = 16ULL << 20;  // what we put up with in a whole file

/// One member, as the central directory has it.
struct Entry {
    std::string raw;  ///< the bytes of the name
    std::uint16_t flags, method;
    std::uint32_t crc;
    std::uint64_t packed, size, local;
    std::uint64_t data = 0;
    std::string name = (flags & flag_utf8) != 0 ? raw : from_cp437(raw);
};

struct Directory {
    std::uint64_t start, size, count;
};

/// Whether a file begins as safetensors do: the size of a header, and its '{'.
bool is_safetensors(const Input& in) {
    const std::string start = in.read(0, std::min<std::uint64_t>(in.size(), 9));
    return start.size() == 9 && start[8] == '{' && number<std::uint64_t>(start, 0) <= in.size() - 8;
}

Directory find_directory(const Input& in) {
    const auto tail_size = std::min<std::uint64_t>(in.size(), end_size + 0xffff);
    const std::string tail = in.read(in.size() - tail_size, tail_size);
    const auto at = tail.size() < end_size ? std::string::npos : tail.rfind(end_mark, tail.size() - end_size);
    if (at == std::string::npos)
        in.reject("BadZip", "needs an end record, got a file without (",
                  is_safetensors(in) ? "safetensors under another name?" : "cut short?", ")");
    const auto end = in.size() - tail_size + at;
    const Directory directory{number<std::uint32_t>(tail, at + 16), number<std::uint32_t>(tail, at + 12),
                              number<std::uint16_t>(tail, at + 10)};
    const auto behind = tail.size() - at - end_size, comment = std::size_t{number<std::uint16_t>(tail, at + 20)};
    if (behind != comment)
        in.reject(behind < comment ? "BadZip" : "TrailingData", "needs ", comment, " bytes after the end record, got ",
                  behind);
    if (number<std::uint32_t>(tail, at + 4) != 0 || number<std::uint16_t>(tail, at + 8) != directory.count)
        in.reject("BadZip", "needs an archive in one piece");
    if (directory.count == 0xffff || directory.start == saturated || directory.size == saturated)
        in.reject("BadZip", "needs an archive below 4 GiB and 65535 members (zip64 end records are not read)");
    if (directory.start + directory.size != end)
        in.reject("BadZip", "needs a directory from ", directory.start, " to ", end, ", got ", directory.size,
                  " bytes");
    return directory;
}

/// Replaces saturated sizes by those of the zip64 extra field, which lists just these, in this order.
void widen(const Input& in, std::string_view extra, std::initializer_list<std::uint64_t*> sizes) {
    std::string_view wide;
    while (extra.size() >= 4) {
        const auto n = number<std::uint16_t>(extra, 2);
        if (extra.size() - 4 < n) in.reject("BadZip", "needs whole extra fields");
        if (number<std::uint16_t>(extra, 0) == 1) wide = extra.substr(4, n);
        extra.remove_prefix(4U + n);
    }
    for (auto* size : sizes) {
        if (*size != saturated) continue;
        if (wide.size() < 8) in.reject("BadZip", "needs a zip64 field for sizes of 4 GiB and more");
        *size = number<std::uint64_t>(wide, 0);
        wide.remove_prefix(8);
    }
}

/// Of all that zip has, members as we read them need these two versions at most.
void check_version(const Input& in, std::uint16_t version) {
    if (version > version_plain && version != version_zip64)
        in.reject("UnsupportedZip", "needs members of zip version 2.0 or 4.5, got ", version / 10, ".", version % 10);
}

void check_entry(const Input& in, const Entry& e, std::uint64_t disk) {
    if (disk != 0) in.reject("BadZip", "needs an archive in one piece");
    if ((e.flags & ~(flag_descriptor | flag_utf8 | flags_hint)) != 0)
        in.reject("UnsupportedZip", "needs members without encryption, got flags ", int{e.flags});
    if (e.method != method_stored && e.method != method_deflated)
        in.reject("UnsupportedZip", "needs stored or deflated members, got method ", int{e.method});
    if (e.packed > in.size()) in.reject("BadZip", "needs members inside the file, got one of ", e.packed, " bytes");
    if (e.method == method_stored && e.packed != e.size)
        in.reject("BadZip", "needs one size of a stored member, got ", e.packed, " and ", e.size);
    if (e.method == method_deflated && e.size > deflate_ratio * e.packed + deflate_slack)
        in.reject("BadDeflate", "needs at most 1032 : 1, got ", e.size, " bytes from ", e.packed);
}

/// Takes one entry off the front of the directory.
Entry next_entry(const Input& in, std::string_view& rest) {
    if (rest.size() < central_size || !rest.starts_with(central_mark)) in.reject("BadZip", "needs a directory entry");
    const std::size_t name = number<std::uint16_t>(rest, 28), extra = number<std::uint16_t>(rest, 30);
    const std::size_t length = central_size + name + extra + number<std::uint16_t>(rest, 32);
    if (length > rest.size()) in.reject("BadZip", "needs whole directory entries");
    check_version(in, number<std::uint16_t>(rest, 6));
    Entry e{std::string(rest.substr(central_size, name)),
            number<std::uint16_t>(rest, 8),
            number<std::uint16_t>(rest, 10),
            number<std::uint32_t>(rest, 16),
            number<std::uint32_t>(rest, 20),
            number<std::uint32_t>(rest, 24),
            number<std::uint32_t>(rest, 42)};
    widen(in, rest.substr(central_size + name, extra), {&e.size, &e.packed, &e.local});
    check_entry(in, e, number<std::uint16_t>(rest, 34));
    rest.remove_prefix(length);
    return e;
}

std::vector<Entry> read_entries(const Input& in, const Directory& directory) {
    const std::string bytes = in.read(directory.start, directory.size);
    std::string_view rest = bytes;
    std::vector<Entry> entries;
    for (std::uint64_t k = 0; k < directory.count; ++k) entries.push_back(next_entry(in, rest));
    if (!rest.empty()) in.reject("BadZip", "needs ", directory.count, " directory entries, got more");
    return entries;
}

/// Bytes of the descriptor behind the data, which repeats CRC and sizes in one of four forms; 0 for none.
std::size_t descriptor_size(const Input& in, const Entry& e, std::uint64_t at, std::uint64_t limit) {
    std::string narrow, wide;
    append<std::uint32_t>(narrow, e.crc);
    wide = narrow;
    for (auto size : {e.packed, e.size}) {
        append<std::uint32_t>(narrow, size);
        append<std::uint64_t>(wide, size);
    }
    const std::string mark = "PK\7\10";
    for (const auto& form : {mark + narrow, narrow, mark + wide, wide})
        if (form.size() <= limit - at && in.read(at, form.size()) == form) return form.size();
    return 0;
}

/// Holds the local header against the entry, finds the data, and returns where the next member begins.
std::uint64_t check_local(const Input& in, Entry& e, std::uint64_t limit) {
    const auto differs = [&] { in.reject("BadZip", "needs a local header that agrees about ", shown(e.name)); };
    if (limit - e.local < local_size) differs();
    const std::string head = in.read(e.local, local_size);
    const std::size_t name = number<std::uint16_t>(head, 26), extra = number<std::uint16_t>(head, 28);
    e.data = e.local + local_size + name + extra;
    if (!head.starts_with(local_mark) || e.data > limit || e.packed > limit - e.data) differs();
    const std::string texts = in.read(e.local + local_size, name + extra);
    check_version(in, number<std::uint16_t>(head, 4));
    if (texts.substr(0, name) != e.raw || number<std::uint16_t>(head, 8) != e.method) differs();
    if (((number<std::uint16_t>(head, 6) ^ e.flags) & ~flags_hint) != 0) differs();
    const auto end = e.data + e.packed;
    if ((e.flags & flag_descriptor) != 0) {
        const auto descriptor = descriptor_size(in, e, end, limit);
        if (descriptor == 0) differs();
        return end + descriptor;
    }
    std::uint64_t packed = number<std::uint32_t>(head, 18), size = number<std::uint32_t>(head, 22);
    widen(in, std::string_view(texts).substr(name), {&size, &packed});
    if (number<std::uint32_t>(head, 14) != e.crc || packed != e.packed || size != e.size) differs();
    return end;
}

/// The members must fill the file from its first byte to the directory.
void check_layout(const Input& in, std::vector<Entry>& entries, std::uint64_t directory) {
    std::vector<Entry*> order;
    order.reserve(entries.size());
    for (auto& e : entries) order.push_back(&e);
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) { return a->local < b->local; });
    std::uint64_t end = 0;
    for (Entry* e : order) {
        if (e->local != end) in.reject("BadZip", "needs a member at byte ", end, ", got one at ", e->local);
        end = check_local(in, *e, directory);
    }
    if (end != directory) in.reject("BadZip", "needs the directory at byte ", end, ", got it at ", directory);
}

void check_total(const Input& in, const std::vector<Entry>& entries) {
    const auto limit = unfold_ratio * in.size() + unfold_slack;
    std::uint64_t total = 0;
    for (const auto& e : entries) total += e.size;
    if (total > limit) in.reject("TooLarge", "needs members of at most ", limit, " bytes in all, got ", total);
}

/// The bytes of one member as they were before packing.
class Member : public Stream {
public:
    Member(const Input& in, const Entry& e)
        : Stream(in.where() + ": " + shown(e.name + ".npy"), e.size),
          in_(in),
          entry_(e),
          at_(e.data),
          end_(e.data + e.packed) {
        if (deflated() && inflateInit2(&z_, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    ~Member() override {
        if (deflated()) inflateEnd(&z_);
    }

    /// Throws unless everything was read and is what the directory promised.
    void finish() {
        if (deflated()) {
            unsigned char more = 0;
            if (inflate_some(&more, 1) != 0 || !ended_ || z_.avail_in > 0 || at_ != end_)
                reject("BadDeflate", "needs a stream that ends with the member");
        }
        if (crc_ != entry_.crc)
            reject("BadCrc", "needs CRC-32 ", std::size_t{entry_.crc}, ", got ", std::size_t{crc_}, " (damaged data)");
    }

private:
    bool deflated() const { return entry_.method == method_deflated; }

    void fill(void* to, std::size_t n) override {
        auto* bytes = static_cast<unsigned char*>(to);
        if (deflated()) {
            for (std::size_t done = 0; done < n;) {
                const auto some = inflate_some(bytes + done, n - done);
                if (some == 0) reject("BadDeflate", "needs ", entry_.size, " bytes, got a stream that ends before");
                done += some;
            }
        } else {
            in_.read(at_, to, n);
            at_ += n;
        }
        crc_ = static_cast<std::uint32_t>(crc32_z(crc_, bytes, n));
    }

    /// Inflates until there is at least one byte, or the stream ends; returns how many.
    std::size_t inflate_some(unsigned char* to, std::size_t n) {
        const auto room = static_cast<uInt>(std::min<std::size_t>(n, std::numeric_limits<uInt>::max()));
        z_.next_out = to;
        z_.avail_out = room;
        while (!ended_ && z_.avail_out == room) {
            if (z_.avail_in == 0) refill();
            const int status = inflate(&z_, Z_NO_FLUSH);
            ended_ = status == Z_STREAM_END;
            if (!ended_ && status != Z_OK) reject("BadDeflate", "needs a whole deflate stream, got a broken one");
        }
        return room - z_.avail_out;
    }

    void refill() {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(end_ - at_, sizeof packed_));
        in_.read(at_, packed_, n);
        at_ += n;
        z_.next_in = packed_;
        z_.avail_in = static_cast<uInt>(n);
    }

    const Input& in_;
    const Entry& entry_;
    std::uint64_t at_, end_;
    std::uint32_t crc_ = 0;
    bool ended_ = false;
    z_stream z_{};
    unsigned char packed_[32768];
};

std::vector<Entry> read_directory(const Input& in) {
    const Directory directory = find_directory(in);
    auto entries = read_entries(in, directory);
    std::vector<std::string> names;
    names.reserve(entries.size());
    for (const auto& e : entries) names.push_back(e.name);
    check_names(in, names);
    check_layout(in, entries, directory.start);
    check_total(in, entries);
    for (auto& e : entries) e.name.resize(e.name.size() - 4);
    return entries;
}

}  // namespace

struct Npz::Entries {
    std::vector<Entry> all;
};

Npz::Npz(const Input& in) : in_(in), entries_(new Entries{read_directory(in)}) {}

Npz::~Npz() = default;

std::size_t Npz::size() const { return entries_->all.size(); }

const std::string& Npz::name(std::size_t k) const { return entries_->all[k].name; }

void Npz::read(std::size_t k, const Callable<void(Stream&)>& reader) const {
    Member member(in_, entries_->all[k]);
    reader(member);
    member.finish();
}

Array Npz::array(std::size_t k) const {
    Array x;
    read(k, [&](Stream& in) { x = read_npy(in); });
    return x;
}

namespace {

NamedArrays read_npz(const Input& in) {
    const Npz file(in);
    NamedArrays arrays;
    for (std::size_t k = 0; k < file.size(); ++k) arrays.emplace_back(file.name(k), file.array(k));
    return arrays;
}

}  // namespace

}  // namespace files

NamedArrays load_npz(const std::string& path) { return files::read_npz(files::Input("load_npz", path)); }

NamedArrays parse_npz(std::span<const std::byte> bytes) { return files::read_npz(files::Input("parse_npz", bytes)); }

}  // namespace jt
