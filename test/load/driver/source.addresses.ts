/** 28,000 ephemeral ports each: enough for 40,000 connections and for those that are still closing. */
export const SOURCE_ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6', '127.0.0.7'];
