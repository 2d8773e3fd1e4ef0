//! stub
use proc_macro::TokenStream;
#[proc_macro_attribute] pub fn injectable(_: TokenStream, i: TokenStream) -> TokenStream { i }
#[proc_macro_attribute] pub fn container(_: TokenStream, i: TokenStream) -> TokenStream { i }
#[proc_macro_attribute] pub fn module(_: TokenStream, i: TokenStream) -> TokenStream { i }
#[proc_macro_derive(Injectable, attributes(injectable, inject))] pub fn derive(_: TokenStream) -> TokenStream { TokenStream::new() }
