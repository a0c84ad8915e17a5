// The members of an .npz file one by one. Private to the readers of files.
#pragma once
#include <memory>

#include "bytes.hpp"
#include "npz.hpp"

namespace jt::files {

/// An .npz file whose directory and layout are good. It reads its input, which lives longer.
class Npz {
public:
    explicit Npz(const Input& in);
    Npz(const Npz&) = delete;
    Npz& operator=(const Npz&) = delete;
    ~Npz();

    std::size_t size() const;
    /// Without the ending .npy.
    const std::string& name(std::size_t k) const;
    Array array(std::size_t k) const;
    /// Hands over a member as it was before packing, all of which is to be read, and throws a FileError if that is not
    /// what the directory promised.
    void read(std::size_t k, const Callable<void(Stream&)>& reader) const;

private:
    struct Entries;

    const Input& in_;
    std::unique_ptr<Entries> entries_;
};

}  // namespace jt::files
