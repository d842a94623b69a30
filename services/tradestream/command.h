/* The words of the command as they were typed. */
#ifndef TS_SERVICES_TRADESTREAM_COMMAND_H
#define TS_SERVICES_TRADESTREAM_COMMAND_H

/* Remember the command line for ts_command_typed (verb.h): once, at the start of main. */
void ts_command_remember(int argc, char **argv);

#endif
