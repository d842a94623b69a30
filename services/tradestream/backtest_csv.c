#include "services/tradestream/backtest_csv.h"

#include "common/clock.h"
#include "common/safe_file.h"

static void real(ts_strbuf *text, double value)
{
    ts_strbuf_putc(text, ',');
    ts_strbuf_real(text, value, "");
}

static int write_out(const char *path, ts_strbuf *text, ts_error *error)
{
    int rc = ts_strbuf_failed(text) ? ts_no_memory(error, path) : ts_file_write(path, text->text, text->length, error);
    ts_strbuf_clear(text);
    return rc;
}

int ts_backtest_write_trades(const char *path, const ts_backtest *backtest, ts_error *error)
{
    ts_strbuf text = {0};
    char time[TS_TIME_TEXT];
    ts_strbuf_puts(&text, "entry_time,entry_price,exit_time,exit_price,side,return,bars_held,reason\n");
    for (size_t i = 0; i < backtest->trades; i++) {
        const ts_trade *trade = &backtest->trade[i];
        ts_strbuf_puts(&text, ts_time_text(trade->entry_ms, time));
        real(&text, trade->entry_price);
        ts_strbuf_printf(&text, ",%s", ts_time_text(trade->exit_ms, time));
        real(&text, trade->exit_price);
        ts_strbuf_puts(&text, trade->side > 0 ? ",long" : ",short");
        real(&text, trade->change);
        ts_strbuf_printf(&text, ",%zu,%s\n", trade->bars_held, trade->reason);
    }
    return write_out(path, &text, error);
}

int ts_backtest_write_equity(const char *path, const ts_backtest *backtest, const ts_series *series, size_t first,
                             size_t bars, ts_error *error)
{
    ts_strbuf text = {0};
    char time[TS_TIME_TEXT];
    double peak = 1;
    ts_strbuf_puts(&text, "time,equity,position,drawdown\n");
    for (size_t i = 0; i < bars; i++) {
        double equity = backtest->equity[i];
        if (equity > peak) peak = equity;
        ts_strbuf_puts(&text, ts_time_text(series->time[first + i], time));
        real(&text, equity);
        ts_strbuf_printf(&text, ",%d", backtest->position[i]);
        real(&text, 1 - equity / peak);
        ts_strbuf_putc(&text, '\n');
    }
    return write_out(path, &text, error);
}
