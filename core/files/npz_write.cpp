// Writes .npz: members, their central directory, the end record; the clock of every entry stands at 1980-01-01.
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "atomic.hpp"
#include "npz.hpp"
#include "zip.hpp"

namespace jt {

namespace files {

namespace {

constexpr std::uint64_t gain_limit = 200;  // well within what the reader puts up with
constexpr std::uint64_t size_limit = 0xfffffffe, count_limit = 0xfffe;

/// The deflate stream of bytes that come in pieces.
class Deflater {
public:
    Deflater() {
        if (deflateInit2(&z_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    ~Deflater() { deflateEnd(&z_); }

    void put(const void* data, std::size_t n) {
        for (const auto* p = static_cast<const unsigned char*>(data); n > 0;) {
            const auto some = std::min<std::size_t>(n, std::numeric_limits<uInt>::max());
            run(p, static_cast<uInt>(some), Z_NO_FLUSH);
            p += some;
            n -= some;
        }
    }

    std::string finish() {
        run(nullptr, 0, Z_FINISH);
        return std::move(packed_);
    }

private:
    void run(const unsigned char* data, uInt n, int flush) {
        z_.next_in = const_cast<unsigned char*>(data);
        z_.avail_in = n;
        do {
            unsigned char out[32768];
            z_.next_out = out;
            z_.avail_out = sizeof out;
            deflate(&z_, flush);
            packed_.append(reinterpret_cast<const char*>(out), sizeof out - z_.avail_out);
        } while (z_.avail_out == 0);
    }

    z_stream z_{};
    std::string packed_;
};

class Writer : Source {
public:
    Writer(const Sink& sink, std::string where, Zip zip) : Source(std::move(where)), sink_(sink), zip_(zip) {}

    void write(const NamedArrays& arrays) {
        std::vector<std::string> names;
        for (const auto& [name, x] : arrays) names.push_back(name + ".npy");
        check_names(*this, names);
        if (arrays.size() > count_limit) reject("TooLarge", "needs at most 65534 arrays, got ", arrays.size());
        for (std::size_t k = 0; k < arrays.size(); ++k) member(names[k], arrays[k].second);
        finish(arrays.size());
    }

private:
    void put(std::string_view bytes) {
        sink_(bytes.data(), bytes.size());
        at_ += bytes.size();
    }

    void member(const std::string& name, const Array& x) {
        const std::string header = npy_header(x);
        const auto size = header.size() + x.bytes();
        check_room(name, size);
        const std::string packed = zip_ == Zip::deflated ? deflated(header, x) : std::string();
        const bool pack = !packed.empty() && packed.size() < size && size / packed.size() < gain_limit;
        const auto common = fields(name, header, x, pack ? packed.size() : size, pack);
        entry(name, common);
        put(local_mark);
        put(common + name);
        if (pack) return put(packed);
        put(header);
        put({static_cast<const char*>(x.raw()), x.bytes()});
    }

    /// Everything from here on must be reached with 32 bits.
    void check_room(const std::string& name, std::size_t size) const {
        const auto need =
            at_ + local_size + name.size() + size + directory_.size() + central_size + name.size() + end_size;
        if (need > size_limit)
            reject("TooLarge", "needs an archive below 4 GiB, got ", need, " bytes at ", shown(name));
    }

    static std::string deflated(const std::string& header, const Array& x) {
        Deflater deflater;
        deflater.put(header.data(), header.size());
        deflater.put(x.raw(), x.bytes());
        return deflater.finish();
    }

    /// The fields that local header and directory entry have in common, from `version needed` to `extra length`.
    static std::string fields(const std::string& name, const std::string& header, const Array& x, std::size_t packed,
                              bool pack) {
        const auto crc = crc32_z(crc32_z(0, reinterpret_cast<const Bytef*>(header.data()), header.size()),
                                 static_cast<const Bytef*>(x.raw()), x.bytes());
        const bool ascii = std::all_of(name.begin(), name.end(), [](char c) { return (c & 0x80) == 0; });
        std::string out;
        for (int half :
             {int{version_plain}, ascii ? 0 : int{flag_utf8}, int{pack ? method_deflated : method_stored}, 0, 0x21})
            append<std::uint16_t>(out, static_cast<std::uint64_t>(half));
        for (std::uint64_t word : {std::uint64_t{crc}, std::uint64_t{packed}, std::uint64_t{header.size() + x.bytes()}})
            append<std::uint32_t>(out, word);
        append<std::uint16_t>(out, name.size());
        append<std::uint16_t>(out, 0);
        return out;
    }

    void entry(const std::string& name, const std::string& common) {
        directory_ += central_mark;
        append<std::uint16_t>(directory_, version_plain);
        directory_ += common + std::string(10, '\0');
        append<std::uint32_t>(directory_, at_);
        directory_ += name;
    }

    void finish(std::size_t count) {
        std::string end(end_mark);
        append<std::uint32_t>(end, 0);
        append<std::uint16_t>(end, count);
        append<std::uint16_t>(end, count);
        append<std::uint32_t>(end, directory_.size());
        append<std::uint32_t>(end, at_);
        append<std::uint16_t>(end, 0);
        put(directory_);
        put(end);
    }

    const Sink& sink_;
    Zip zip_;
    std::uint64_t at_ = 0;
    std::string directory_;
};

}  // namespace

}  // namespace files

void write_npz(const Sink& sink, const NamedArrays& arrays, Zip zip) {
    files::Writer(sink, "write_npz", zip).write(arrays);
}

void save_npz(const std::string& path, const NamedArrays& arrays, Zip zip) {
    AtomicFile file("save_npz", path);
    const Sink sink = [&](const void* data, std::size_t n) { file.write(data, n); };
    files::Writer(sink, file.where(), zip).write(arrays);
    file.commit();
}

}  // namespace jt
