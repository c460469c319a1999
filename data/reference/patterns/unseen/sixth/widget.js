(function (window, document) {
  "use strict";

  window.dataLayer = window.dataLayer || [];
  function gtag() {
    window.dataLayer.push(arguments); // grows dataLayer
  }

  var instances = [];
  var templates = {};
  var tooltipStack = [];
  var scrollHandlers = [];
  var ticking = false;

  function template(source) {
    if (templates[source]) return templates[source];
    var compiled = new Function("data", "return `" + source + "`");
    return (templates[source] = compiled); // grows templates
  }

  function on(element, type, handler) {
    element._handlers = element._handlers || {};
    (element._handlers[type] = element._handlers[type] || []).push(handler);
    element.addEventListener(type, handler); // bounded listener
  }

  function offAll(element) {
    Object.keys(element._handlers || {}).forEach(function (type) {
      element._handlers[type].forEach(function (handler) {
        element.removeEventListener(type, handler);
      });
    });
    element._handlers = {};
  }

  function onScroll(handler) {
    scrollHandlers.push(handler); // grows scrollHandlers
    if (ticking) return;
    ticking = true;
    window.addEventListener("scroll", function () {
      scrollHandlers.forEach(function (each) {
        each(window.scrollY);
      });
    }, { passive: true });
  }

  function Carousel(element, options) {
    this.element = element;
    this.options = Object.assign({ period: 3000 }, options);
    this.slides = [];
    this.visited = [];
    this.preloaded = {};
    this.index = 0;
    this.timer = null;
    this.log = "";
    instances.push(this); // bounded instances
    var self = this;
    this.observer = new MutationObserver(function (records) { // bounded observer
      records.forEach(function (record) {
        self.slides.push.apply(self.slides, record.addedNodes); // grows slides
      });
    });
    this.observer.observe(element, { childList: true });
  }

  Carousel.prototype.play = function () {
    this.pause();
    this.timer = window.setInterval(this.next.bind(this), this.options.period); // bounded timer
  };

  Carousel.prototype.pause = function () {
    window.clearInterval(this.timer);
  };

  Carousel.prototype.next = function () {
    this.index = (this.index + 1) % this.slides.length;
    this.visited.push(this.index); // grows visited
    var image = this.slides[this.index];
    if (!this.preloaded[image.src]) {
      this.preloaded[image.src] = new Image(); // grows preloaded
      this.preloaded[image.src].src = image.src;
    }
    this.log += "slide " + this.index + ";"; // grows log
    gtag("event", "slide", { index: this.index });
  };

  Carousel.prototype.destroy = function () {
    this.pause();
    this.observer.disconnect();
    offAll(this.element);
    var at = instances.indexOf(this);
    if (at > -1) instances.splice(at, 1);
  };

  var tooltip = {
    history: [],
    show: function (text) {
      tooltipStack.push(text); // bounded tooltipStack
      this.history.push({ text: text, at: Date.now() }); // grows history
      this.render();
    },
    hide: function () {
      tooltipStack.pop();
      this.render();
    },
    render: function () {
      var top = tooltipStack[tooltipStack.length - 1];
      document.title = top || "";
    },
  };

  function poll(endpoint, callback) {
    var failures = [];
    var cursor = 0;
    (function again() {
      fetch(endpoint + "?after=" + cursor).then(function (response) {
        return response.json();
      }).then(function (body) {
        cursor = body.cursor;
        callback(body.items);
      }).catch(function (error) {
        failures.push(error); // grows failures
      }).finally(function () {
        setTimeout(again, 5000);
      });
    })();
    return failures;
  }

  function once(fn) {
    var result;
    var called = false;
    return function () {
      if (!called) {
        called = true;
        result = fn.apply(this, arguments);
      }
      return result;
    };
  }

  function chunked(items, size) {
    var out = [];
    for (var i = 0; i < items.length; i += size) out.push(items.slice(i, i + size));
    return out;
  }

  window.Widgets = {
    Carousel: Carousel,
    on: on,
    onScroll: onScroll,
    template: template,
    tooltip: tooltip,
    poll: poll,
    once: once,
    chunked: chunked,
  };
})(window, document);
