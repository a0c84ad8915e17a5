// Values of attributes that are exchanged as a whole or not at all.
#pragma once
#include "table.hpp"

namespace jt::nn {

/// Exchanges values, and puts the old ones back unless keep() is called.
class Module::Exchange {
public:
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange();

    /// Writes the elements of v, cast, into a leaf; throws in its name for numbers that its dtype does not hold.
    void write(const Var& x, const std::string& name, const Var& v);
    /// Puts a Var into a slot, as rebuilt when that is derived.
    void put(Slot& slot, Var value);
    void keep() noexcept;

private:
    struct Old {
        Slot* slot;
        Var var, rebuilt;
    };
    std::vector<std::pair<Var, Array>> arrays_;
    SmallVector<Old, 2> slots_;
};

}  // namespace jt::nn
