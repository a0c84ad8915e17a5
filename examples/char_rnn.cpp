// An LSTM reads the Constitution of the United States letter by letter, and goes on writing in its manner.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <minijt/minijt.hpp>
#include <minijt/plot.hpp>
#include <minijt/progress.hpp>
#include <numbers>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "program.hpp"
using namespace jt;

namespace {

constexpr int width = 128, batch = 32, length = 64;

// ---- the text

/// A paragraph a line.
std::string read_text(const std::string& path) {
    std::ifstream in(path);
    if (!in) fail<FileError>(path, ": cannot be opened");
    const std::string words{std::istreambuf_iterator(in), {}};
    return std::regex_replace(words, std::regex("([^\n])\n(?=[^\n])"), "$1 ");
}

/// Each letter of a text is a number from 0, by its place among those that occur.
struct Alphabet {
    std::string letters;

    explicit Alphabet(const std::string& words) {
        const std::set<char> sorted(words.begin(), words.end());
        letters.assign(sorted.begin(), sorted.end());
    }

    int size() const { return static_cast<int>(letters.size()); }
    Var encode(const std::string& words) const {
        std::vector<int> out;
        for (const char letter : words) out.push_back(static_cast<int>(letters.find(letter)));
        return array(out);
    }
    std::string decode(const Var& numbers) const {
        std::string out;
        for (const int k : numbers.to_vector<int>()) out += letters[static_cast<std::size_t>(k)];
        return out;
    }
};

/// The last tenth of the text, amendments from 1951 on, is kept for the test.
struct Book {
    std::string words = read_text(CONSTITUTION);
    Alphabet alphabet{words};
    Var letters = alphabet.encode(words);
    std::int64_t split = letters.numel() * 9 / 10;
    Var train = letters[{to(split)}], test = letters[{from(split)}];
};

// ---- the net

struct Writer : nn::Layer<Writer> {
    nn::Ref<nn::Embedding> letter;
    nn::Ref<nn::LSTM> lstm{this, "lstm", 32, width, {.batch_first = true}};
    nn::Ref<nn::Dropout> drop{this, "drop", 0.2};
    nn::Ref<nn::Linear> head;

    explicit Writer(int letters) : letter{this, "letter", letters, 32}, head{this, "head", width, letters} {}

    /// Logits (n, length, letters) of what follows each letter (n, length), and the state to go on from.
    std::tuple<Var, Var, Var> execute(const Var& letters, const Var& h = {}, const Var& c = {}) {
        const auto [y, last_h, last_c] = lstm(letter(letters), h, c);
        return {head(drop(y)), last_h, last_c};
    }
};

/// Bits a letter.
Var loss_of(Writer& net, const Var& rows) {
    const auto [logits, h, c] = net(rows[{_, to(-1)}]);
    return nn::cross_entropy_loss(logits.flatten(0, 1), rows[{_, from(1)}].flatten()) / std::numbers::ln2;
}

/// Pieces of the text from anywhere, a letter longer than what is read of them.
Var pieces(const Var& letters) {
    const Var start = randint(0, letters.numel() - length, {batch, 1});
    return letters[start + arange(length + 1)];
}

struct Training {
    Book book;
    Writer net{book.alphabet.size()};
    nn::Adam opt{net.parameters(), {.lr = 0.01}};
    plot::Series train{"read"}, test{"new"};
    int step = 0;
    nn::Checkpoint checkpoint{
        {"net", net}, {"opt", opt}, {"train", train.values}, {"test", test.values}, {"step", step}};

    /// Bits a letter of the part that is not trained on, read from end to end.
    double test_loss() {
        const no_grad guard;
        const nn::eval_mode mode(net);
        return loss_of(net, book.test.unsqueeze(0)).item();
    }
};

constexpr int apart = 10;  // steps from one point of a curve to the next

void train(const Program& program, Training& t) {
    program.resume(t.checkpoint);
    auto bar = progress(program.steps, {.initial = t.step});
    for ([[maybe_unused]] const auto k : bar) {
        t.opt.lr = 0.01 * (1 - 0.95 * t.step / program.steps);
        const Var loss = loss_of(t.net, pieces(t.book.train));
        t.opt.step(loss);
        bar.set("loss", loss.item());
        if (++t.step % apart != 0) continue;
        t.train.values.push_back(loss.item());
        t.test.values.push_back(t.test_loss());
        bar.set("new", t.test.values.back());
        program.save(t.checkpoint);
    }
    program.save(t.checkpoint);
}

/// Goes on behind some words, each letter drawn by its probability; a temperature below 1 prefers the likely ones.
std::string written(Training& t, const std::string& begin, int n, double temperature) {
    const no_grad guard;
    const nn::eval_mode mode(t.net);
    std::string out = begin;
    Var next = t.book.alphabet.encode(begin).unsqueeze(0), h, c;
    while (n-- > 0) {
        Var logits;
        std::tie(logits, h, c) = t.net(next, h, c);
        next = (logits[{_, -1}] / temperature).softmax(1).multinomial(1);
        out += t.book.alphabet.decode(next);
    }
    return out;
}

// ---- the picture

/// Cut into lines of at most so many letters.
std::vector<std::string> wrapped(const std::string& words, std::size_t most) {
    std::vector<std::string> out;
    std::istringstream lines(words);
    for (std::string line, word; std::getline(lines, line);) {
        out.emplace_back();
        for (std::istringstream rest(line); rest >> word; out.back() += (out.back().empty() ? "" : " ") + word)
            if (out.back().size() + word.size() >= most) out.emplace_back();
    }
    return out;
}

void draw_page(plot::Page& page, const plot::Area& area, const std::string& words) {
    heading(page, area, "What it writes");
    double y = area.y + 44;
    for (const std::string& line : wrapped(words, 66)) {
        page.text(area.x, y, line, {12, "#111"});
        if ((y += 17) > area.y + area.height) break;
    }
}

std::vector<std::string> labels(const std::string& words) {
    std::vector<std::string> out;
    for (const char letter : words) out.emplace_back(1, letter == ' ' ? '_' : letter);
    return out;
}

/// How likely it takes each letter to come next, all along a sentence of the test.
plot::HeatMap expected(Training& t) {
    const std::string sentence = "The right of citizens of the United States, who are";
    const no_grad guard;
    const nn::eval_mode mode(t.net);
    const auto [logits, h, c] = t.net(t.book.test.unsqueeze(0));
    const std::string rows = Alphabet(sentence).letters;
    const auto begin = static_cast<std::int64_t>(t.book.words.rfind(sentence)) - t.book.split;
    const Var place = begin + arange(sentence.size());
    return {.title = "What it expects next, of a sentence that it has not seen",
            .matrix = logits.softmax(2)[{0, place, t.book.alphabet.encode(rows).unsqueeze(1)}],
            .rows = labels(rows),
            .columns = labels(sentence),
            .row = "next",
            .column = "read so far",
            .numbers = false,
            .range = {{0, 1}}};
}

void train_and_draw(const Program& program) {
    Training t;
    train(program, t);
    const double loss = t.test_loss();
    const std::string words = written(t, "\nSection 1\n\nThe ", 600, 0.6);
    std::printf("test loss %.2f bits a letter, %.2f if all were equally likely\n%s\n", loss,
                std::log2(t.book.alphabet.size()), words.c_str());
    plot::Page page(960, 830);
    headline(page, text("%.2f bits a letter on a part that it has not seen", loss),
             text("LSTM of %d cells on the Constitution of the United States, %d steps, seed %d", width, program.steps,
                  program.seed));
    draw(page, {40, 92, 416, 330}, plot::Curves{"Bits a letter", {t.train, t.test}, false, "", "step", apart});
    draw_page(page, {504, 92, 416, 330}, words);
    draw(page, {40, 440, 880, 370}, expected(t));
    page.save(program.svg);
}

}  // namespace

int main(int argc, char** argv) {
    return run({"char_rnn", "Teaches an LSTM to write like the Constitution of the United States.", "steps", 600}, argc,
               argv, train_and_draw);
}
