// What optimizers share: parameters, gradients, the state that goes on another day.
#pragma once
#include <limits>

#include "../../core/array.hpp"
#include "../module/state.hpp"

namespace jt::nn {

/// What optimizers share. The parameters are written in place, each once, however often it is listed; stopped ones are
/// skipped. A call that throws changes nothing but that it may have freed the graph of the loss.
class Optimizer {
public:
    /// Throws a ValueError without parameters or for a rate that is not finite and 0 or more, a DtypeError for a
    /// parameter that is no float, a GraphError for an empty or computed one and for the weight of a weight norm, which
    /// g and v would overwrite.
    Optimizer(const Vars& parameters, double lr);
    virtual ~Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    /// backward, update, zero_grad. Frees the graph of the loss unless that is to be retained, for another loss of the
    /// same forward. Throws a GraphError when a parameter was replaced since (by weight_norm, its removal or setattr)
    /// or the graph was freed, a DtypeError for a loss that is no float, a ValueError for a wrong rate.
    void step(const Var& loss, bool retain_graph = false);
    /// Adds the gradients of loss to those kept since zero_grad. Frees the graph and throws as step(loss) does.
    void backward(const Var& loss, bool retain_graph = false);
    /// One update with the gradients that are kept; throws a GraphError before the first backward.
    void step();
    /// The next backward starts anew; until then the gradients stay, as in Jittor.
    void zero_grad() { fresh_ = true; }
    /// Scales all gradients so that their common norm (1 or 2) is at most max_norm; between backward and step. Throws a
    /// ValueError for another norm or a negative max_norm, a GraphError before the first backward.
    void clip_grad_norm(double max_norm, int norm_type = 2);
    /// The kept gradient of a parameter. Throws a KeyError for a Var that is no parameter here, or has no gradient yet.
    Var find_grad(const Var& parameter) const;

    /// All that a training which goes on later needs beside the parameters, copied: lr, n_step and the optimizer's own
    /// numbers and arrays, "m.0" for the first parameter, and between backward and step the gradients, "grads.0".
    StateDict state_dict() const;
    /// Goes on from what an optimizer of this class with parameters of these shapes had. Throws one KeyError that lists
    /// all that does not fit.
    void load_state_dict(const StateDict& state);

    double lr;  ///< the rate, to be changed at any time

protected:
    /// lr, or a ValueError in the optimizer's name when none was given.
    static double given(const char* optimizer, double lr);
    /// Whether a number is finite, `low` or more, and below `below`.
    static bool is_in(double value, double low, double below);
    /// For constructors: adds a member to what state_dict holds. A number must be finite, `low` or more and below
    /// `below`, now (ValueError) and when it is loaded.
    void remember(const char* name, double& number, double low = 0,
                  double below = std::numeric_limits<double>::infinity());
    void remember(const char* name, bool& flag);
    /// One array for each parameter; those of a list with `unless_zero` are needed only while that number is not 0.
    void remember(const char* name, std::vector<Array>& arrays, const double* unless_zero = nullptr);

    /// Updates one parameter in place from its gradient; `k` counts the parameters. It must not throw: allocate before.
    virtual void update(std::size_t k, Array& p, const Array& g) = 0;
    const Vars& parameters() const { return parameters_; }
    /// An array of zeros for each parameter.
    std::vector<Array> zeros() const;
    /// Backward calls so far: what Adam's bias correction counts, as in Jittor.
    std::int64_t n_step() const { return n_step_; }

private:
    struct Number {
        const char* name;
        void* place;
        Dtype dtype;
        double low, below;
    };
    struct List {
        const char* name;
        std::vector<Array>* arrays;
        const double* unless_zero;
    };
    class Loading;
    static std::string range_text(double low, double below);
    void check_not_replaced() const;
    void check_ready() const;
    void stage(const Var& loss, bool retain_graph);
    void keep_staged() noexcept;
    void prepare(const std::vector<Array>& grads);
    void update_all();

    Vars parameters_;
    std::vector<Array> grads_, staged_;  ///< those kept, and those of a backward that is not done yet
    std::vector<int> replaced_before_;   ///< how often each parameter had been replaced when the optimizer was made
    std::vector<Number> numbers_;
    std::vector<List> lists_;
    bool fresh_ = true, has_grads_ = false;
    std::int64_t n_step_ = 0;
};

}  // namespace jt::nn
